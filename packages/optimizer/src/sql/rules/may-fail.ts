import type { Expr } from '../expr.ts';
import type { Select } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { partsOf } from '../walk.ts';

/** Operators and functions that fail on some values. */
const FAILING: ReadonlySet<string> = new Set(
  '/ % mod sqrt ln log exp power pow to_date make_date str_to_date chr repeat substring substr split_part'.split(
    ' ',
  ),
);
/** Those that leave the range of whole numbers. */
const GROWING: ReadonlySet<string> = new Set(['+', '-', '*', 'neg']);

/** Whether an expression of a SELECT could fail on a row that it was never asked of: by its functions, or by whole numbers that become too large. */
export function mayFail(expr: Expr, select: Select, shapes: Shapes): boolean {
  if (expr.kind === 'cast') return true;
  if (expr.kind === 'call' && FAILING.has(expr.name)) return true;
  const isWhole = (part: Expr): boolean => {
    const kind = shapes.facts(part, select).type?.kind;
    return kind === undefined || kind === 'int32' || kind === 'int64';
  };
  if (expr.kind === 'call' && GROWING.has(expr.name) && expr.args.every(isWhole)) return true;
  return partsOf(expr).some((part) => mayFail(part, select, shapes));
}
