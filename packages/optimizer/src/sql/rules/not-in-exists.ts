import type { Expr } from '../expr.ts';
import { allOf, call } from '../expr.ts';
import type { Select } from '../query.ts';
import { ONE } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/**
 * `a NOT IN (SELECT b …)` becomes NOT EXISTS where neither a nor b can be null: Postgres then joins instead of looking through a list that
 * may not fit its memory. With a null inside, NOT IN is true of no row at all, NOT EXISTS of many.
 */
export const notInExists: SqlRule = {
  name: 'not-in-exists',
  engines: { postgres: '7.3× and more once the list is larger than work_mem' },
  margin: 1,
  alternatives: (query, { shapes }) =>
    eachCondition(query, (condition, select) => anti(condition, select, shapes)),
};

function anti(condition: Expr, select: Select, shapes: Shapes): ChangedCondition | undefined {
  if (condition.kind !== 'call' || condition.name !== 'not') return undefined;
  const [inner] = condition.args;
  if (
    inner?.kind !== 'query' ||
    inner.form !== 'in' ||
    inner.test === undefined ||
    inner.test.kind !== 'column'
  )
    return undefined;
  const { body, limit, offset } = inner.query;
  if (
    body.kind !== 'select' ||
    body.group.length > 0 ||
    body.having !== undefined ||
    limit !== undefined ||
    offset !== undefined
  )
    return undefined;
  const [output, more] = body.output;
  if (output?.expr.kind !== 'column' || more !== undefined || inner.query.with.length > 0) return undefined;
  if (shapes.facts(inner.test, select).nullable || shapes.facts(output.expr, body).nullable) return undefined;
  const where = allOf([
    ...(body.where === undefined ? [] : [body.where]),
    call('=', output.expr, inner.test),
  ]);
  const query = { ...inner.query, order: [], body: { ...body, distinct: false, output: [ONE], where } };
  return {
    condition: call('not', { kind: 'query', form: 'exists', test: undefined, query }),
    reason: 'NOT IN of columns that are never null is an anti-join',
    facts: [
      `${inner.test.source}.${inner.test.name} is not null`,
      `${output.expr.source}.${output.expr.name} is not null`,
    ],
  };
}
