import type { QueryEngine } from '@perf/contracts';
import { answerRows } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';

/** How often a table was read in each way since the server began to count. */
export interface TableReads {
  readonly table: string;
  readonly scans: number;
  /** Rows that scans have read. */
  readonly scannedRows: number;
  readonly indexReads: number;
}

/** What a server says of itself. What is absent is not told, or not to this user. */
export interface ServerFacts {
  readonly connections?: { readonly used: number; readonly most: number; readonly waiting?: number };
  /** Shares of the rows of a table that must have changed before it is cleaned and analyzed by itself. */
  readonly autovacuum?: { readonly on: boolean; readonly vacuum: number; readonly analyze: number };
  /** Statements that are prepared now, and how many of all statements were run prepared. */
  readonly prepared?: { readonly held: number; readonly share?: number };
  readonly reads?: readonly TableReads[];
}

type Cells = readonly unknown[];

/** Asks a server; an embedded database has nothing to tell. What it refuses is left out. */
export async function serverFacts(engine: QueryEngine, signal: AbortSignal): Promise<ServerFacts> {
  const rows = async (text: string): Promise<readonly Cells[]> => {
    try {
      await using stream = await engine.execute(
        { dialect: engine.dialect, text, parameters: [] },
        { signal },
      );
      return answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
    } catch (error) {
      if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
      throw error;
    }
  };
  if (engine.dialect === 'postgres') return postgresFacts(rows);
  return engine.dialect === 'mysql' ? mysqlFacts(rows) : {};
}

type AskRows = (text: string) => Promise<readonly Cells[]>;

async function postgresFacts(rows: AskRows): Promise<ServerFacts> {
  const [connections] =
    await rows(`SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'),
    current_setting('max_connections')::int,
    (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock')`);
  const [vacuum] = await rows(`SELECT current_setting('autovacuum') = 'on',
    current_setting('autovacuum_vacuum_scale_factor')::float8, current_setting('autovacuum_analyze_scale_factor')::float8`);
  const reads = await rows(
    'SELECT relname, seq_scan, seq_tup_read, coalesce(idx_scan, 0) FROM pg_catalog.pg_stat_user_tables ORDER BY relname',
  );
  return {
    ...(connections === undefined
      ? {}
      : {
          connections: {
            used: Number(connections[0]),
            most: Number(connections[1]),
            waiting: Number(connections[2]),
          },
        }),
    ...(vacuum === undefined
      ? {}
      : { autovacuum: { on: vacuum[0] === true, vacuum: Number(vacuum[1]), analyze: Number(vacuum[2]) } }),
    reads: reads.map(readsOf),
  };
}

async function mysqlFacts(rows: AskRows): Promise<ServerFacts> {
  const status = new Map(
    (await rows('SHOW GLOBAL STATUS')).map(([name, value]) => [String(name), Number(value)]),
  );
  const [most] = await rows('SELECT @@max_connections');
  const used = status.get('Threads_connected');
  const held = status.get('Prepared_stmt_count');
  const executed = status.get('Com_stmt_execute') ?? 0;
  const all = executed + (status.get('Com_select') ?? 0);
  // Needs the performance schema, which MariaDB leaves off.
  const reads =
    await rows(`SELECT OBJECT_NAME, sum(CASE WHEN INDEX_NAME IS NULL THEN 1 ELSE 0 END * (COUNT_FETCH > 0)),
    sum(CASE WHEN INDEX_NAME IS NULL THEN COUNT_FETCH ELSE 0 END), sum(CASE WHEN INDEX_NAME IS NULL THEN 0 ELSE COUNT_FETCH END)
    FROM performance_schema.table_io_waits_summary_by_index_usage WHERE OBJECT_SCHEMA = database() GROUP BY OBJECT_NAME ORDER BY 1`);
  return {
    ...(used === undefined || most === undefined ? {} : { connections: { used, most: Number(most[0]) } }),
    ...(held === undefined ? {} : { prepared: { held, ...(all === 0 ? {} : { share: executed / all }) } }),
    ...(reads.length === 0 ? {} : { reads: reads.map(readsOf) }),
  };
}

function readsOf([table, scans, scannedRows, indexReads]: Cells): TableReads {
  return {
    table: String(table),
    scans: Number(scans),
    scannedRows: Number(scannedRows),
    indexReads: Number(indexReads),
  };
}
