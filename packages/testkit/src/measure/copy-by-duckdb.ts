import { stat } from 'node:fs/promises';
import type { ExportCase } from './export-bench.ts';

/** How DuckDB comes to the rows, and how it writes them. */
export interface DuckDbCopy {
  /** Opens a connection to a database in memory. */
  readonly connect: () => Promise<{ run(sql: string): Promise<unknown> }>;
  /** Writes `rows` rows to a file that `reader` reads. Not timed. */
  readonly fill: (path: string, rows: number) => Promise<unknown>;
  /** Table function of DuckDB, as in `read_csv`. */
  readonly reader: string;
  /** Options of COPY, as in `FORMAT csv, HEADER`. */
  readonly options: string;
}

/** DuckDB's own COPY on one thread, from a table in its memory: what a database does that need not hand its rows over. */
export function copyByDuckDb({ connect, fill, reader, options }: DuckDbCopy): ExportCase {
  return async (path, rows) => {
    const source = `${path}.source`;
    await fill(source, rows);
    const connection = await connect();
    await connection.run('SET threads = 1');
    await connection.run(`CREATE TABLE mixed AS FROM ${reader}('${source}')`);
    const start = performance.now();
    await connection.run(`COPY mixed TO '${path}' (${options})`);
    return { ms: performance.now() - start, bytes: (await stat(path)).size };
  };
}
