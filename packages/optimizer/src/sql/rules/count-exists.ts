import type { Expr, QueryExpr } from '../expr.ts';
import { allOf, call } from '../expr.ts';
import { ONE } from '../query.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/** `(SELECT count(*) …) > 0` becomes EXISTS, which ends at the first row; `= 0` becomes NOT EXISTS. */
export const countExists: SqlRule = {
  name: 'count-exists',
  engines: { postgres: '10.6×', sqlite: '11.7×', mysql: '3.3×', duckdb: '1.1×' },
  alternatives: (query) => eachCondition(query, tested),
};

/** Comparisons that hold from the first row on, and those that hold without any. */
const SOME: ReadonlySet<string> = new Set(['> 0', '>= 1', '<> 0']);
const NONE: ReadonlySet<string> = new Set(['= 0', '< 1', '<= 0']);
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function tested(condition: Expr): ChangedCondition | undefined {
  if (condition.kind !== 'call') return undefined;
  const [a, b] = condition.args;
  const isTurned = a?.kind === 'literal';
  const [counted, bound] = isTurned ? [b, a] : [a, b];
  if (
    counted?.kind !== 'query' ||
    counted.form !== 'scalar' ||
    bound?.kind !== 'literal' ||
    bound.type !== 'number'
  )
    return undefined;
  const asked = `${isTurned ? (TURNED[condition.name] ?? condition.name) : condition.name} ${bound.text}`;
  if (!SOME.has(asked) && !NONE.has(asked)) return undefined;
  const exists = existing(counted);
  if (exists === undefined) return undefined;
  return SOME.has(asked)
    ? { condition: exists, reason: 'whether there are rows needs no count of them', facts: [] }
    : {
        condition: call('not', exists),
        reason: 'whether there are no rows needs no count of them',
        facts: [],
      };
}

function existing(counted: QueryExpr): QueryExpr | undefined {
  const { body, limit, offset } = counted.query;
  if (
    body.kind !== 'select' ||
    body.group.length > 0 ||
    body.having !== undefined ||
    limit !== undefined ||
    offset !== undefined
  )
    return undefined;
  const [output, more] = body.output;
  const count = output?.expr;
  if (count?.kind !== 'aggregate' || count.name !== 'count' || more !== undefined || body.from === undefined)
    return undefined;
  const wanted = [
    ...count.args.map((arg) => call('not', call('is null', arg))),
    ...(count.filter === undefined ? [] : [count.filter]),
  ];
  const where = allOf([...(body.where === undefined ? [] : [body.where]), ...wanted]);
  return {
    kind: 'query',
    form: 'exists',
    test: undefined,
    query: { ...counted.query, order: [], body: { ...body, distinct: false, output: [ONE], where } },
  };
}
