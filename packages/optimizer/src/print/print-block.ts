import type { Dialect, Parameter, Statement } from '@perf/contracts';
import type { QueryBlock } from '../block.ts';
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
  const wrapped = block.distinct && block.order.length > 0;
  const core = printCore(block, print);
  const text = wrapped ? `SELECT * FROM (${core}) AS ${dialect.identifier(INNER)}` : core;
  const order = block.order.map(({ operand, descending, nullsFirst }) => {
    const key = wrapped
      ? `${dialect.identifier(INNER)}.${dialect.identifier(outputName(block, operand))}`
      : print.operand(operand);
    return dialect.orderKey(dialect.ordered(key, operand.type), descending, nullsFirst);
  });
  const limit = block.limit === undefined ? undefined : print.bind(block.limit, { kind: 'int32' });
  const offset = block.offset === 0 ? undefined : print.bind(block.offset, { kind: 'int32' });
  const parameters: readonly Parameter[] = print.parameters;
  return {
    dialect: dialect.name,
    text: `${text}${order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`}${dialect.limit(limit, offset)}`,
    parameters,
    schema: { fields: block.output.map(({ field }) => field) },
  };
}

/** SELECT to HAVING. */
function printCore(block: QueryBlock, print: ExpressionPrinter): string {
  const columns = block.output.map((output) => `${print.output(output)} AS ${print.name(output.field.name)}`);
  const joins = block.joins.map((join) => {
    const on = join.on
      .map(({ left, right }) => `${print.column(left)} = ${print.column(right)}`)
      .join(' AND ');
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
      : ` GROUP BY ${block.groupBy.map((column) => print.column(column)).join(', ')}`,
    having.length === 0 ? '' : ` HAVING ${print.predicates(having)}`,
  ].join('');
}

/** The output column that shows an order's operand; `checkQuery` has made sure that there is one. */
function outputName(block: QueryBlock, operand: QueryBlock['order'][number]['operand']): string {
  if (operand.kind === 'aggregate') return operand.output.field.name;
  const { alias, column } = operand.column;
  const shown = block.output.find(
    ({ aggregate, source }) =>
      aggregate === undefined && source?.alias === alias && source.column.name === column.name,
  );
  return shown?.field.name ?? column.name;
}
