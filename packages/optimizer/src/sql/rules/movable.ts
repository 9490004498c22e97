import type { Expr } from '../expr.ts';
import { isConstant } from '../selectivity-of.ts';

const MOVABLE: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'between',
  'like',
  'is null',
  'not',
  'or',
  'and',
]);

/** Whether a condition is made of columns, constants and tests that never fail, so that it may be asked of more rows than before. */
export function isMovable(expr: Expr): boolean {
  if (expr.kind === 'column' || expr.kind === 'literal' || expr.kind === 'parameter') return true;
  return (
    expr.kind === 'call' &&
    MOVABLE.has(expr.name) &&
    expr.args.every((arg) => isMovable(arg) || isConstant(arg))
  );
}
