import type { Catalog, ExecutionPlan, HypotheticalIndex, Statement, TableStatistics } from '@perf/contracts';
import { cellReader, orAborted, throwIfAborted } from '@perf/contracts';
import { hypotheticalDdl, shownName } from './hypothetical-ddl.ts';
import { readIndexes } from './sqlite-indexes.ts';
import type { Ask, Row } from './sqlite-collations.ts';
import { planFromRows } from './sqlite-plan.ts';
import type { StatRow } from './stat-rows.ts';
import { coveredShare, indexStat, statedRows } from './stat-rows.ts';
import { WorkerHost } from './worker-host.ts';

/** What is asked: the plan of a statement if indexes were there. */
export interface Supposition {
  readonly indexes: readonly HypotheticalIndex[];
  readonly statement: Statement;
  readonly signal: AbortSignal | undefined;
}

/** The database that is copied. */
export interface CopiedDatabase {
  readonly ask: Ask;
  readonly statistics: (table: string) => Promise<TableStatistics>;
}

/** An index that stands in the copy now. */
interface Standing {
  readonly name: string;
  readonly shown: string;
  readonly table: string;
}

/** Statements whose tables are kept. */
const MOST_STATEMENTS = 1000;
const BATCH_ROWS = 4096;

/**
 * Plans with indexes that are not there: a copy of the schema without rows, whose `sqlite_stat1` says what the database holds,
 * so that the planner chooses as it would there. Statistics of a table are what ANALYZE left in the database, else taken
 * from a sample when a statement first reads the table. Calls go one after another.
 */
export class WhatIfCopy implements AsyncDisposable {
  readonly #host: WorkerHost;
  readonly #database: CopiedDatabase;
  /** By the text of its definition, without the name. */
  readonly #standing = new Map<string, Standing>();
  readonly #known = new Map<string, TableStatistics>();
  /** Tables whose rows of `sqlite_stat1` are in the copy. */
  readonly #described = new Set<string>();
  readonly #tablesOf = new Map<string, readonly string[]>();
  #made = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(host: WorkerHost, database: CopiedDatabase) {
    this.#host = host;
    this.#database = database;
  }

  static async make(database: CopiedDatabase): Promise<WhatIfCopy> {
    const host = await WorkerHost.open({ path: ':memory:', readOnly: false });
    const copy = new WhatIfCopy(host, database);
    try {
      await copy.#copySchema();
      return copy;
    } catch (error) {
      await host.terminate();
      throw error;
    }
  }

  /** The plan of `statement` if `indexes` were there. */
  async plan(catalog: Catalog, { indexes, statement, signal }: Supposition): Promise<ExecutionPlan> {
    const wanted = new Map(indexes.map((index) => [hypotheticalDdl(index, catalog, ''), index]));
    const turn = this.#turn.then(async () => {
      throwIfAborted(signal, 'the plan');
      return this.#planned(catalog, wanted, statement);
    });
    this.#turn = turn.catch(() => undefined);
    return orAborted(turn, signal, 'the plan');
  }

  /** Ends the copy when the call that is under way has its plan. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#host.terminate();
  }

  async #planned(
    catalog: Catalog,
    wanted: ReadonlyMap<string, HypotheticalIndex>,
    statement: Statement,
  ): Promise<ExecutionPlan> {
    const tables = await this.#tablesRead(statement);
    const changed = [await this.#describe(tables), await this.#stand(catalog, wanted, tables)].includes(true);
    if (changed) await this.#run('ANALYZE sqlite_schema');
    const rows = await this.#run(`EXPLAIN QUERY PLAN ${statement.text}`, statement.parameters);
    const shown = new Map([...this.#standing.values()].map((index) => [index.name, index.shown]));
    return planFromRows(
      rows.map((row) => ({
        id: wholeOf(row['id']),
        parent: wholeOf(row['parent']),
        detail: String(row['detail']),
      })),
      (name) => shown.get(name) ?? name,
    );
  }

  /** Tables, indexes and views. What cannot be made here, as a table of a module of others, is missed by its statements alone. */
  async #copySchema(): Promise<void> {
    const objects = await this.#database.ask(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        ORDER BY type = 'view', type = 'index', rowid`,
    );
    for (const { sql } of objects) await this.#run(String(sql)).catch(() => []);
    // Makes sqlite_stat1, which nobody else may.
    await this.#run('CREATE TABLE "perf what if" (a)');
    await this.#run('INSERT INTO "perf what if" VALUES (1)');
    await this.#run('ANALYZE');
    await this.#run('DROP TABLE "perf what if"');
  }

  /** The tables that the byte code of a statement opens, told by the pages where they or their indexes begin. */
  async #tablesRead({ text, parameters }: Statement): Promise<readonly string[]> {
    const kept = this.#tablesOf.get(text);
    if (kept !== undefined) return kept;
    const opened = await this.#run(`EXPLAIN ${text}`, parameters);
    const pages = new Set(
      opened
        .filter((step) => step['opcode'] === 'OpenRead' && Number(step['p3']) === 0)
        .map((step) => Number(step['p2'])),
    );
    const objects = await this.#run('SELECT tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0');
    const tables = objects
      .filter((row) => pages.has(Number(row['rootpage'])))
      .map((row) => String(row['tbl_name']));
    if (this.#tablesOf.size >= MOST_STATEMENTS) this.#tablesOf.clear();
    const names = [...new Set(tables)];
    this.#tablesOf.set(text, names);
    return names;
  }

  /** Says in the copy what the database holds of these tables. Gives back whether anything was new. */
  async #describe(tables: readonly string[]): Promise<boolean> {
    const fresh = tables.filter((table) => !this.#described.has(table));
    for (const table of fresh) {
      for (const row of await this.#statRows(table)) await this.#write(row);
      this.#described.add(table);
    }
    return fresh.length > 0;
  }

  async #statRows(table: string): Promise<readonly StatRow[]> {
    const own = await this.#analyzed(table);
    if (own.length > 0) return own;
    const statistics = await this.#statisticsOf(table);
    const indexes = await readIndexes(this.#database.ask, table);
    return [
      { table, index: null, stat: String(Math.max(1, statistics.rows)) },
      ...indexes
        .filter(({ partial }) => !partial)
        .map(({ name, columns, unique }): StatRow => {
          const names = columns.map((column) => column.name);
          return { table, index: name, stat: indexStat(statistics, names, { unique }) };
        }),
    ];
  }

  /** What ANALYZE has left in the database about a table. */
  async #analyzed(table: string): Promise<readonly StatRow[]> {
    const [exists] = await this.#database.ask(
      `SELECT 1 AS found FROM sqlite_schema WHERE name = 'sqlite_stat1'`,
    );
    if (exists === undefined) return [];
    const rows = await this.#database.ask('SELECT idx, stat FROM sqlite_stat1 WHERE tbl = ?1', [table]);
    return rows.map(({ idx, stat }) => ({
      table,
      index: typeof idx === 'string' ? idx : null,
      stat: String(stat),
    }));
  }

  async #statisticsOf(table: string): Promise<TableStatistics> {
    const kept = this.#known.get(table);
    if (kept !== undefined) return kept;
    const sampled = await this.#database.statistics(table);
    const [analyzed] = await this.#analyzed(table);
    const rows = analyzed === undefined ? undefined : statedRows(analyzed.stat);
    const known = rows === undefined ? sampled : { ...sampled, rows };
    this.#known.set(table, known);
    return known;
  }

  /** Sees to it that the wanted indexes of these tables stand, and no others. Gives back whether anything was changed. */
  async #stand(
    catalog: Catalog,
    wanted: ReadonlyMap<string, HypotheticalIndex>,
    tables: readonly string[],
  ): Promise<boolean> {
    let changed = false;
    for (const [ddl, { name }] of this.#standing) {
      if (wanted.has(ddl)) continue;
      await this.#run(`DROP INDEX "${name}"`);
      this.#standing.delete(ddl);
      changed = true;
    }
    for (const [ddl, index] of wanted) {
      if (this.#standing.has(ddl) || !tables.includes(index.table)) continue;
      const name = `perf_what_if_${this.#made++}`;
      const statistics = await this.#statisticsOf(index.table);
      const share = coveredShare(statistics, index.only);
      const columns = [...index.columns.map((column) => column.name), ...(index.include ?? [])];
      await this.#run(hypotheticalDdl(index, catalog, name));
      this.#standing.set(ddl, { name, shown: shownName(index), table: index.table });
      await this.#write({ table: index.table, index: name, stat: indexStat(statistics, columns, { share }) });
      changed = true;
    }
    return changed;
  }

  async #write({ table, index, stat }: StatRow): Promise<void> {
    await this.#run('INSERT INTO sqlite_stat1 VALUES (?1, ?2, ?3)', [table, index, stat]);
  }

  async #run(text: string, parameters: Statement['parameters'] = []): Promise<readonly Row[]> {
    const { fields = [], batch } = await this.#host.ask({
      op: 'execute',
      text,
      parameters,
      schema: undefined,
      batchRows: BATCH_ROWS,
    });
    if (batch === undefined) return [];
    const columns = fields.flatMap((field, i) => {
      const column = batch.columns[i];
      return column === undefined ? [] : [{ name: field.name, read: cellReader(field.type, column) }];
    });
    return Array.from({ length: batch.length }, (_, row) =>
      Object.fromEntries(columns.map(({ name, read }) => [name, read(row)])),
    );
  }
}

function wholeOf(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
