import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf } from './json-value.ts';
import type { MysqlStep } from './mysql-steps.ts';
import { mysqlStepNode } from './mysql-steps.ts';
import type { PlanReading } from './plan-reading.ts';

/** Whether an object is version 2 of the JSON of MySQL. */
export function isMysqlPlan2(json: JsonRecord): boolean {
  return 'operation' in (recordOf(json['query_plan']) ?? json);
}

/** Reads version 2 of `EXPLAIN FORMAT=JSON` of MySQL, with or without ANALYZE: the tree of iterators as objects. */
export function mysqlPlan2(json: JsonRecord): PlanReading {
  const statement = textOf(json['query']);
  return {
    plan: mysqlStepNode(stepOf(recordOf(json['query_plan']) ?? json)),
    ...(statement === undefined ? {} : { statement }),
    notes: [],
  };
}

function stepOf(json: JsonRecord): MysqlStep {
  const words = textOf(json['operation']);
  if (words === undefined) throw noPlan('an operation in every step of MySQL');
  const [rows, ms] = [figureOf(json['actual_rows']), figureOf(json['actual_last_row_ms'])];
  const loops = figureOf(json['actual_loops']);
  return {
    words,
    plannedRows: figureOf(json['estimated_rows']),
    cost: figureOf(json['estimated_total_cost']),
    actual: loops === undefined ? undefined : { rows: rows ?? 0, ms: ms ?? 0, loops },
    children: recordsOf(json['inputs'], 'inputs').map(stepOf),
  };
}
