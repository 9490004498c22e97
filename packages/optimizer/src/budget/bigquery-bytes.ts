import type { Catalog, CatalogTable, QueryStatistics } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import type { Query, Select, Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { Selectivity } from '../sql/selectivity-of.ts';
import { readStatement } from '../sql/read-statement.ts';
import { Shapes } from '../sql/shapes.ts';
import type { Site } from '../sql/site.ts';
import { sitesOf } from '../sql/site.ts';
import { columnsIn } from '../sql/walk.ts';
import type { BigQueryTable } from './bigquery-table.ts';
import { bytesOfValue } from './bigquery-table.ts';
import { partitionsRead } from './partition-range.ts';

/** What an estimate rests on. */
export interface BigQueryFacts {
  readonly catalog: Catalog;
  /** By the name that the catalogue has. */
  readonly tables: ReadonlyMap<string, BigQueryTable>;
  /** Mean lengths of texts and shares of rows, where they are known. @default none */
  readonly statistics?: QueryStatistics;
}

/** One reading of a table. */
export interface TableBytes {
  readonly table: string;
  readonly columns: readonly string[];
  readonly partitions?: { readonly read: number; readonly all: number };
  readonly bytes: number;
}

/** What a statement would read. */
export interface BytesEstimate {
  /** No more than this is read: whole columns of all partitions that are not left out. */
  readonly bytes: number;
  /** What is likely, with clustering taken into account; never more than `bytes`. */
  readonly likelyBytes: number;
  readonly tables: readonly TableBytes[];
  /** What the reader should know, in sentences. */
  readonly notes: readonly string[];
}

/** Least that BigQuery counts for a table that is read. */
const LEAST_BYTES = 10 * 1024 * 1024;

/**
 * Bytes that BigQuery would read and bill for a statement, from metadata alone: an upper bound. A table counts as often as it is named.
 * LIMIT lowers nothing. A statement that is not understood counts all tables of the facts whose name it holds. Throws
 * `ERR_PERF_INVALID_QUERY` for one that names none of them, since then nothing is known.
 */
export function bigQueryBytes(sql: string, facts: BigQueryFacts): BytesEstimate {
  const read = readStatement(sql, 'bigquery', facts.catalog, { unnamed: true });
  if ('reason' in read) return wholeTables(sql, facts, read.reason);
  const { query } = read;
  const columns = columnsIn({ kind: 'query', form: 'scalar', test: undefined, query });
  const shapes = new Shapes(query, 'bigquery');
  const selectivity = new Selectivity(facts.statistics ?? { tables: new Map() }, shapes);
  const found = usesOf(query).map(({ table, alias, where }) => {
    const used = new Set(columns.flatMap(({ source, name }) => (source === alias ? [name] : [])));
    return tableBytes(table, used, { alias, where, facts, selectivity });
  });
  const notes = found.flatMap((each) => each.notes);
  if (hasLimit(query)) notes.push('LIMIT does not lower what BigQuery reads');
  return {
    bytes: sum(found.map(({ own }) => own.bytes)),
    likelyBytes: sum(found.map(({ likely }) => likely)),
    tables: found.map(({ own }) => own),
    notes: [...new Set(notes)],
  };
}

interface TableUse {
  readonly table: CatalogTable;
  readonly alias: string;
  /** What every row of it must pass; undefined: nothing is known to. */
  readonly where: readonly Expr[];
}

/** Every place where the statement reads a table; within a named query once for every reader of it. */
function usesOf(query: Query): readonly TableUse[] {
  const sites = sitesOf(query);
  const readers = readersOf(sites);
  return sites.flatMap(({ query: inner }) => {
    const { body } = inner;
    if (body.kind !== 'select') return [];
    const times = readers(inner);
    return leavesOf(body.from).flatMap((leaf) =>
      leaf.kind === 'table'
        ? Array.from({ length: times }, () => ({ ...leaf, where: certain(body, leaf.alias) }))
        : [],
    );
  });
}

/** Most times that a query is counted: named queries that read each other twice double at every step. */
const MOST_TIMES = 10_000;

/** How often a query is read: as often as the named query it stands in. */
function readersOf(sites: readonly Site[]): (query: Query) => number {
  const owners = new Map<Query, string>();
  const readings: { readonly name: string; readonly by: Query }[] = [];
  // The outer queries come first, so that the innermost name stays.
  for (const { query } of sites) {
    for (const cte of query.with) for (const inner of sitesOf(cte.query)) owners.set(inner.query, cte.name);
    if (query.body.kind !== 'select') continue;
    for (const leaf of leavesOf(query.body.from))
      if (leaf.kind === 'cte') readings.push({ name: leaf.name, by: query });
  }
  const times = new Map<string, number>();
  const timesOf = (query: Query): number => {
    const owner = owners.get(query);
    if (owner === undefined) return 1;
    const known = times.get(owner) ?? sum(readings.map(({ name, by }) => (name === owner ? timesOf(by) : 0)));
    times.set(owner, known);
    return Math.min(MOST_TIMES, Math.max(1, known));
  };
  return timesOf;
}

/** Conditions that a row of this source must pass, or nothing of it is shown: those of WHERE, and of its inner joins. */
function certain({ from, where }: Select, alias: string): readonly Expr[] {
  return [...(isAdded(from, alias) ? [] : conjuncts(where)), ...innerConditions(from)];
}

/** Whether the rows of a source may be missing in what is joined, so that WHERE sees nulls in their place. */
function isAdded(source: Source | undefined, alias: string): boolean {
  if (source?.kind !== 'join') return false;
  const { type, left, right } = source;
  const has = (side: Source): boolean => leavesOf(side).some((leaf) => leaf.alias === alias);
  if (has(left)) return type === 'right' || type === 'full' || isAdded(left, alias);
  return has(right) && (type === 'left' || type === 'full' || isAdded(right, alias));
}

function innerConditions(source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join' || (source.type !== 'inner' && source.type !== 'cross')) return [];
  return [...conjuncts(source.on), ...innerConditions(source.left), ...innerConditions(source.right)];
}

interface TableContext {
  readonly alias: string;
  readonly where: readonly Expr[];
  readonly facts: BigQueryFacts;
  readonly selectivity: Selectivity;
}

interface FoundTable {
  readonly own: TableBytes;
  readonly likely: number;
  readonly notes: readonly string[];
}

function tableBytes(table: CatalogTable, columns: ReadonlySet<string>, context: TableContext): FoundTable {
  const { name } = table;
  const { alias, where, facts } = context;
  const known = facts.tables.get(name);
  if (known === undefined)
    throw new PerfError('ERR_PERF_INVALID_QUERY', `nothing is known of the size of table ${name}`);
  const { partitioning, clustering = [] } = known;
  const isColumn =
    (column: string) =>
    (expr: Expr): boolean =>
      expr.kind === 'column' && expr.source === alias && expr.name.toLowerCase() === column.toLowerCase();
  const notes: string[] = [];
  let { rows, bytes: whole } = known;
  let partitions: TableBytes['partitions'];
  if (partitioning !== undefined) {
    const read = partitionsRead(partitioning, where, isColumn(partitioning.column));
    partitions = { read: read.length, all: partitioning.partitions.length };
    rows = sum(read.map((each) => each.rows));
    whole = sum(read.map((each) => each.bytes));
    if (read.length === partitioning.partitions.length)
      notes.push(`all partitions of ${name} are read: compare ${partitioning.column} with constants`);
  }
  const bytes = Math.min(whole, mostBytes(table, columns, { rows, whole }));
  const share = clusteredShare(clustering, context, isColumn);
  if (share < 1) notes.push(`${name} is clustered by ${clustering[0] ?? ''}: likely less is read`);
  const likely = Math.min(bytes, likelyBytes(table, columns, rows, facts.statistics)) * share;
  const own = {
    table: name,
    columns: [...columns],
    ...(partitions === undefined ? {} : { partitions }),
    bytes: Math.max(LEAST_BYTES, bytes),
  };
  return {
    own,
    likely: Math.max(LEAST_BYTES, likely),
    notes,
  };
}

/** What the columns that are read can take at most: texts may be all that the other columns leave. */
function mostBytes(
  { columns: declared }: CatalogTable,
  columns: ReadonlySet<string>,
  { rows, whole }: { readonly rows: number; readonly whole: number },
): number {
  const read = declared.filter(({ name }) => columns.has(name));
  const fixed = sum(read.map(({ type }) => bytesOfValue(type).most)) * rows;
  if (Number.isFinite(fixed)) return fixed;
  const others = declared.filter(({ name, nullable }) => !columns.has(name) && !nullable);
  return whole - sum(others.map(({ type }) => bytesOfValue(type).least)) * rows;
}

/** By the mean lengths of texts; Infinity where one is not known. */
function likelyBytes(
  { name: table, columns: declared }: CatalogTable,
  columns: ReadonlySet<string>,
  rows: number,
  statistics: QueryStatistics | undefined,
): number {
  const known = statistics?.tables.get(table)?.columns;
  return sum(
    declared.flatMap(({ name, type }) => {
      if (!columns.has(name)) return [];
      const { least, most } = bytesOfValue(type);
      if (Number.isFinite(most)) return [rows * least];
      const length = known?.get(name)?.averageBytes;
      return [length === undefined || !(length >= 0) ? Infinity : rows * (least + length)];
    }),
  );
}

/** The share of rows that blocks sorted by the clustering columns leave, as far as conditions on the first ones tell. */
function clusteredShare(
  clustering: readonly string[],
  { where, selectivity }: TableContext,
  isColumn: (column: string) => (expr: Expr) => boolean,
): number {
  let share = 1;
  for (const column of clustering) {
    const own = where.filter((part) => part.kind === 'call' && part.args.some(isColumn(column)));
    if (own.length === 0) break;
    share *= own.reduce((product, part) => product * selectivity.of(part).value, 1);
  }
  return share;
}

/** All bytes of each table whose name stands in a text that is not understood. */
function wholeTables(sql: string, { tables }: BigQueryFacts, reason: string): BytesEstimate {
  const text = sql.toLowerCase();
  const found = [...tables].filter(([name]) => {
    const last = name.toLowerCase().split('.').at(-1) ?? '';
    return last !== '' && text.includes(last);
  });
  if (found.length === 0)
    throw new PerfError(
      'ERR_PERF_INVALID_QUERY',
      `the statement is not understood (${reason}), and it names no table whose size is known`,
    );
  const each = found.map(([table, known]) => {
    const last = table.toLowerCase().split('.').at(-1) ?? table;
    const times = text.split(last).length - 1;
    return { table, columns: [], bytes: Math.max(LEAST_BYTES, known.bytes) * times };
  });
  const bytes = sum(each.map((one) => one.bytes));
  const note = `the statement is not understood (${reason}): the tables it names count whole`;
  return { bytes, likelyBytes: bytes, tables: each, notes: [note] };
}

function hasLimit(query: Query): boolean {
  return sitesOf(query).some((site) => site.query.limit !== undefined);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
