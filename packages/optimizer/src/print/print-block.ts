import type { Dialect, Statement } from '@perf/contracts';
import type { Operand, QueryBlock } from '../block.ts';
import { keysetPredicate } from '../keyset.ts';
import { duckdb } from './duckdb.ts';
import { ExpressionPrinter } from './expression-printer.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import type { SqlDialect } from './sql-dialect.ts';
import { sqlite } from './sqlite.ts';

/** Every dialect by name. */
export const DIALECTS: Readonly<Record<Dialect, SqlDialect>> = { duckdb, sqlite, postgres, mysql };

/** Name of the inner query of a distinct one. */
const INNER = 'd';

/** Prints a block. Values are always parameters, so the text depends on the query's shape alone. */
export function printBlock(block: QueryBlock, dialect: SqlDialect): Statement {
  const print = new ExpressionPrinter(dialect);
  const names = block.output.map(({ field }) => print.name(field.name));
  const wrapped = block.distinct && block.order.length > 0;
  const text = wrapped ? printWrapped(block, names, print) : printCore(block, names, print);
  const order = block.order.map(({ operand, descending, nullsFirst }) => {
    const key = wrapped ? innerColumn(outputIndex(block, operand), print) : print.operand(operand);
    return dialect.orderKey(dialect.ordered(key, operand.type), descending, nullsFirst);
  });
  const limit = block.limit === undefined ? undefined : print.bind(block.limit, { kind: 'int32' });
  const offset = block.offset === 0 ? undefined : print.bind(block.offset, { kind: 'int32' });
  return {
    dialect: dialect.name,
    text: `${text}${order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`}${dialect.limit(limit, offset)}`,
    parameters: print.parameters,
    schema: { fields: block.output.map(({ field }) => field) },
  };
}

/**
 * A distinct answer inside a query that orders it: dialects allow only selected expressions beside DISTINCT. The inner
 * columns have names of ours, as some names mean something else when they are read again (`"TRUE"` in SQLite).
 */
function printWrapped(block: QueryBlock, names: readonly string[], print: ExpressionPrinter): string {
  const outer = names.map((name, i) => `${innerColumn(i, print)} AS ${name}`);
  const inner = printCore(
    block,
    names.map((_, i) => print.name(`c${i}`)),
    print,
  );
  return `SELECT ${outer.join(', ')} FROM (${inner}) AS ${print.name(INNER)}`;
}

function innerColumn(index: number, print: ExpressionPrinter): string {
  return `${print.name(INNER)}.${print.name(`c${index}`)}`;
}

/** SELECT to HAVING. */
function printCore(block: QueryBlock, names: readonly string[], print: ExpressionPrinter): string {
  const merged = block.grouped || block.distinct;
  const columns = block.output.map((output, i) => `${print.output(output, merged)} AS ${names[i] ?? ''}`);
  const joins = block.joins.map((join) => {
    const on = join.on.map(({ left, right }) => `${print.key(left)} = ${print.key(right)}`).join(' AND ');
    return ` ${join.type === 'left' ? 'LEFT JOIN' : 'INNER JOIN'} ${print.table(join.table)} ON ${on}`;
  });
  const page = keysetPredicate(block.order);
  const where = [block.where, block.grouped ? undefined : page].flatMap((part) => part ?? []);
  const having = [block.having, block.grouped ? page : undefined].flatMap((part) => part ?? []);
  return [
    `SELECT ${block.distinct ? 'DISTINCT ' : ''}${columns.join(', ')} FROM ${print.table(block.from)}`,
    ...joins,
    where.length === 0 ? '' : ` WHERE ${print.predicates(where)}`,
    block.groupBy.length === 0
      ? ''
      : ` GROUP BY ${block.groupBy.map((column) => print.key(column)).join(', ')}`,
    having.length === 0 ? '' : ` HAVING ${print.having(having)}`,
  ].join('');
}

/** Place of the output column that shows an order's operand; `checkQuery` has made sure that there is one. */
function outputIndex(block: QueryBlock, operand: Operand): number {
  if (operand.kind === 'aggregate') return block.output.indexOf(operand.output);
  const { alias, column } = operand.column;
  return block.output.findIndex(
    ({ aggregate, source }) =>
      aggregate === undefined && source?.alias === alias && source.column.name === column.name,
  );
}
