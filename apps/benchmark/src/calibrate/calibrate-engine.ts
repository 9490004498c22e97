import type { Dialect, QueryEngine } from '@perf/contracts';
import { median } from '@perf/testkit/measure';
import { openSqlHouse } from '../optimizer/sql-house.ts';
import { timedRun } from '../optimizer/timed-run.ts';

/** What steps of one engine take on this machine. */
export interface EngineCalibration {
  readonly dialect: Dialect;
  /** Nanoseconds for a row of a scan that no index answers, for a row that is looked up by a key, and for the beginning of a query within another. */
  readonly scanNs: number;
  readonly lookNs: number;
  readonly startNs: number;
  /** The same in the units of the cost model, in which a scanned row keeps the cost that it has there. */
  readonly costs: { readonly scan: number; readonly look: number; readonly start: number };
}

const ROWS = 200_000;
/** Rows for each of which something is looked up. */
const LOOKS = 5000;
const BATCH = 1000;
const REPEATS = 7;
const LIMIT_MS = 30_000;

/** Statements of which each takes one step more than another. */
const STATEMENTS = {
  nothing: 'select count(*) n from few where ref < 0',
  scan: 'select count(*) n from big where v < 0',
  start: 'select sum((select o.v + f.ref from one o where o.v < f.ref)) s from few f',
  look: 'select sum((select b.v from big b where b.id = f.ref)) s from few f',
} as const;

/**
 * Measures the steps that the cost model counts. An engine that runs queries within others all at once shows no beginning of each: what it gains
 * by is what the model knows of it already, so its `start` and `look` stay.
 *
 * @param known the constants of the model
 */
export async function calibrateEngine(
  dialect: Dialect,
  known: EngineCalibration['costs'],
  {
    folder,
    signal,
    onProgress,
  }: {
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly onProgress: (share: number) => void;
  },
): Promise<EngineCalibration> {
  await using house = await openSqlHouse(dialect, folder, async (run) => {
    await run('CREATE TABLE big (id INTEGER NOT NULL PRIMARY KEY, v INTEGER NOT NULL)');
    await run('CREATE TABLE few (ref INTEGER NOT NULL)');
    await run('CREATE TABLE one (v INTEGER NOT NULL)');
    await run('INSERT INTO one VALUES (0)');
    for (let from = 0; from < ROWS; from += BATCH)
      await run(`INSERT INTO big VALUES ${tuples(BATCH, (i) => `${from + i}, ${(from + i) % 1000}`)}`);
    // In no order: each look is at another page.
    for (let from = 0; from < LOOKS; from += BATCH)
      await run(`INSERT INTO few VALUES ${tuples(BATCH, (i) => String(((from + i) * 7919) % ROWS))}`);
    if (dialect !== 'mysql') await run('ANALYZE');
  });
  const times: Record<string, number> = {};
  for (const [i, [name, sql]] of Object.entries(STATEMENTS).entries()) {
    onProgress(i / Object.keys(STATEMENTS).length);
    times[name] = await medianMs(house.engine, sql, signal);
  }
  const { nothing = 0, scan = 0, start = 0, look = 0 } = times;
  const step = (ms: number, rows: number): number => Math.max(1, ((ms - nothing) * 1e6) / rows);
  const scanNs = step(scan, ROWS);
  const startNs = step(start, LOOKS);
  const lookNs = Math.max(1, step(look, LOOKS) - startNs);
  const unit = known.scan / scanNs;
  const isAtOnce = dialect === 'duckdb';
  const costs = isAtOnce ? known : { scan: known.scan, look: lookNs * unit, start: startNs * unit };
  return { dialect, scanNs, lookNs, startNs, costs };
}

function tuples(count: number, cells: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `(${cells(i)})`).join(', ');
}

async function medianMs(engine: QueryEngine, sql: string, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  // The first run fills caches.
  for (let i = -1; i < REPEATS; i++) {
    const { ms } = await timedRun(engine, sql, LIMIT_MS, signal);
    if (i >= 0) times.push(ms);
  }
  return median(times);
}
