import type { DataType } from '@perf/contracts';
import type { Expr } from './expr.ts';
import type { ShapeColumn } from './shape.ts';

/** What is known of a value. */
export interface ValueFacts {
  readonly type: DataType | undefined;
  readonly nullable: boolean;
}

const CONDITIONS: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
  'not',
  'like',
  'ilike',
  'between',
  'in',
  '~',
]);
const NEVER_NULL: ReadonlySet<string> = new Set([
  'is null',
  'is true',
  'is false',
  'is distinct from',
  'is not distinct from',
]);
const BOOL: DataType = { kind: 'bool' };
const UNKNOWN: ValueFacts = { type: undefined, nullable: true };

/** Type and nullability of an expression. @param columnOf what is known of a column; undefined: nothing */
export function factsOf(
  expr: Expr,
  columnOf: (source: string, name: string) => ShapeColumn | undefined,
): ValueFacts {
  const go = (part: Expr): ValueFacts => factsOf(part, columnOf);
  switch (expr.kind) {
    case 'column': {
      const { type, nullable = true } = columnOf(expr.source, expr.name) ?? {};
      return { type, nullable };
    }
    case 'literal':
      return { type: literalType(expr.type, expr.text), nullable: expr.type === 'null' };
    case 'call':
      if (NEVER_NULL.has(expr.name)) return { type: BOOL, nullable: false };
      if (CONDITIONS.has(expr.name))
        return { type: BOOL, nullable: expr.args.some((arg) => go(arg).nullable) };
      if (expr.name === 'coalesce' || expr.name === 'ifnull')
        return {
          type: expr.args[0] === undefined ? undefined : go(expr.args[0]).type,
          nullable: expr.args.every((arg) => go(arg).nullable),
        };
      return UNKNOWN;
    case 'aggregate':
      if (expr.name === 'count') return { type: { kind: 'int64' }, nullable: false };
      return {
        type:
          (expr.name === 'min' || expr.name === 'max') && expr.args[0] !== undefined
            ? go(expr.args[0]).type
            : undefined,
        nullable: true,
      };
    case 'window':
      return { type: undefined, nullable: !NUMBERING.has(expr.name) };
    case 'query':
      return expr.form === 'exists' ? { type: BOOL, nullable: false } : UNKNOWN;
    case 'case':
    case 'cast':
    case 'parameter':
    case 'output':
      return UNKNOWN;
  }
}

const NUMBERING: ReadonlySet<string> = new Set(['row_number', 'rank', 'dense_rank', 'count', 'ntile']);

function literalType(type: string, text: string): DataType | undefined {
  switch (type) {
    case 'number':
      return /^-?\d{1,9}$/.test(text)
        ? { kind: 'int32' }
        : /^-?\d{1,18}$/.test(text)
          ? { kind: 'int64' }
          : undefined;
    case 'text':
      return { kind: 'utf8' };
    case 'boolean':
      return BOOL;
    case 'date':
      return { kind: 'date' };
    default:
      return undefined;
  }
}
