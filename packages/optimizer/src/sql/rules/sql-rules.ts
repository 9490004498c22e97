import { countDistinct } from './count-distinct.ts';
import { earlyLimit } from './early-limit.ts';
import { groupBeforeJoin } from './group-before-join.ts';
import { restrictGroups } from './restrict-groups.ts';
import { eagerAggregation } from './eager-aggregation.ts';
import { castLike } from './cast-like.ts';
import { commonOr } from './common-or.ts';
import { distinctExists } from './distinct-exists.ts';
import { transitive } from './transitive.ts';
import { scalarJoin } from './scalar-join.ts';
import { pushIntoCte } from './push-into-cte.ts';
import { orUnion } from './or-union.ts';
import { existsIn } from './exists-in.ts';
import { bareCoalesce } from './bare-coalesce.ts';
import { bareCast } from './bare-cast.ts';
import { bareColumn } from './bare-column.ts';
import { countExists } from './count-exists.ts';
import { dateRange } from './date-range.ts';
import { innerJoin } from './inner-join.ts';
import { joinOrder } from './join-order.ts';
import { notInExists } from './not-in-exists.ts';
import { orIn } from './or-in.ts';
import { redundantDistinct } from './redundant-distinct.ts';
import { filterOrder } from './filter-order.ts';
import type { SqlRule } from './sql-rule.ts';
import { unionAll } from './union-all.ts';
import { unusedJoin } from './unused-join.ts';

/** All rules on SQL text, in the order in which they are tried. */
export const SQL_RULES: readonly SqlRule[] = [
  dateRange,
  bareColumn,
  bareCast,
  bareCoalesce,
  castLike,
  orIn,
  commonOr,
  countExists,
  notInExists,
  innerJoin,
  unusedJoin,
  redundantDistinct,
  distinctExists,
  unionAll,
  scalarJoin,
  existsIn,
  pushIntoCte,
  transitive,
  orUnion,
  groupBeforeJoin,
  eagerAggregation,
  restrictGroups,
  earlyLimit,
  countDistinct,
  joinOrder,
  filterOrder,
];
