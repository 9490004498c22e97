import type { Expr } from './expr.ts';
import type { SqlName } from './sql-name.ts';

/** Stands for a name that only the engine knows; no such column may be in the answer of a statement that is read. */
export const NO_NAME = '?';

/** The name that the engine gives an output column without one. @param text the expression as written */
export function outputName(expr: Expr, dialect: SqlName, text: string): string {
  if (expr.kind === 'column') return dialect === 'mysql' ? writtenName(text) : expr.name;
  switch (dialect) {
    case 'postgres':
      return postgresName(expr) ?? '?column?';
    case 'sqlite':
      return text;
    case 'mysql':
      return expr.kind === 'literal' ? NO_NAME : text;
    case 'duckdb':
      return duckdbName(expr) ?? NO_NAME;
    case 'bigquery':
      return NO_NAME;
  }
}

/** MySQL calls a column as it was written. */
function writtenName(text: string): string {
  const last = text.split('.').at(-1)?.trim() ?? text;
  return last.startsWith('`') ? last.slice(1, -1).replaceAll('``', '`') : last;
}

/** The last name that the expression tells: of a function, a type, a column. */
function postgresName(expr: Expr): string | undefined {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'call':
      if (expr.name === 'trim') return 'btrim';
      return /^[a-z_][a-z_0-9]*$/.test(expr.name) && !OPERATOR_WORDS.has(expr.name)
        ? expr.name
        : expr.name.startsWith('extract ')
          ? 'extract'
          : undefined;
    case 'aggregate':
    case 'window':
      return expr.name;
    case 'cast':
      return postgresName(expr.arg) ?? postgresType(expr.to);
    case 'case':
      return (expr.otherwise === undefined ? undefined : strongName(expr.otherwise)) ?? 'case';
    case 'query':
      if (expr.form === 'exists') return 'exists';
      return expr.form === 'scalar' && expr.query.body.kind === 'select'
        ? expr.query.body.output[0]?.name
        : undefined;
    case 'literal':
      return expr.type === 'date' || expr.type === 'timestamp' || expr.type === 'interval'
        ? expr.type
        : undefined;
    case 'parameter':
    case 'output':
      return undefined;
  }
}

const OPERATOR_WORDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'like',
  'ilike',
  'between',
  'neg',
  'is',
  'row',
]);

/** A CASE takes the name of what its ELSE tells only where that is a column, a function or a cast of one. */
function strongName(expr: Expr): string | undefined {
  return expr.kind === 'literal' ? undefined : postgresName(expr);
}

function postgresType(to: string): string {
  const plain = to.replace(/\(.*$/, '');
  const names: Readonly<Record<string, string>> = {
    integer: 'int4',
    int: 'int4',
    bigint: 'int8',
    smallint: 'int2',
    'double precision': 'float8',
    real: 'float4',
    decimal: 'numeric',
    boolean: 'bool',
    'character varying': 'varchar',
  };
  return names[plain] ?? plain;
}

/** `sum(x)` and its kin, as DuckDB calls them. */
function duckdbName(expr: Expr): string | undefined {
  if (expr.kind !== 'aggregate' || expr.distinct || expr.filter !== undefined) return undefined;
  if (expr.name === 'count' && expr.args.length === 0) return 'count_star()';
  return undefined;
}
