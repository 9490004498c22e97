import type { Expr, Literal } from '../expr.ts';
import { anyOf, call } from '../expr.ts';
import type { Select } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import type { SqlName } from '../sql-name.ts';
import type { ChangedCondition } from './each-condition.ts';
import { eachCondition } from './each-condition.ts';
import type { SqlRule } from './sql-rule.ts';

/**
 * `coalesce(column, d) = c` becomes `column = c` where d is another value than c, and `column = c OR column IS NULL` where it is the same.
 * For whole numbers, and texts that are compared letter by letter.
 */
export const bareCoalesce: SqlRule = {
  name: 'bare-coalesce',
  engines: {
    postgres: '260× with an index',
    sqlite: '918× with an index',
    mysql: '62× with an index',
  },
  margin: 1,
  alternatives: (query, { shapes, dialect }) =>
    eachCondition(query, (condition, select) => bared(condition, select, shapes, dialect)),
};

function bared(
  condition: Expr,
  select: Select,
  shapes: Shapes,
  dialect: SqlName,
): ChangedCondition | undefined {
  if (condition.kind !== 'call' || condition.name !== '=') return undefined;
  const [tested, constant] = condition.args;
  if (tested?.kind !== 'call' || (tested.name !== 'coalesce' && tested.name !== 'ifnull')) return undefined;
  const [column, otherwise, more] = tested.args;
  if (
    column?.kind !== 'column' ||
    otherwise?.kind !== 'literal' ||
    constant?.kind !== 'literal' ||
    more !== undefined
  )
    return undefined;
  const facts = shapes.columnIn(select, column.source, column.name);
  if (
    facts?.origin === undefined ||
    !isComparable(facts.type?.kind, facts.exact, otherwise, constant, dialect)
  )
    return undefined;
  const name = `${facts.origin.table.name}.${facts.origin.column}`;
  const isSame = otherwise.text === constant.text;
  const equal = call('=', column, constant);
  return {
    condition: isSame ? anyOf([equal, call('is null', column)]) : equal,
    reason: isSame
      ? `what stands for null in ${name} is what is asked for, so null is asked for too`
      : `what stands for null in ${name} is not what is asked for, so ${name} is compared itself`,
    facts: [`${name} is compared exactly`],
  };
}

function isComparable(
  kind: string | undefined,
  exact: boolean,
  a: Literal,
  b: Literal,
  dialect: SqlName,
): boolean {
  const areWhole = [a, b].every(
    ({ type, text }) => type === 'number' && /^(?:0|-?[1-9]\d{0,17})$/.test(text),
  );
  if (areWhole) return kind === 'int32' || kind === 'int64';
  return kind === 'utf8' && exact && dialect !== 'mysql' && a.type === 'text' && b.type === 'text';
}
