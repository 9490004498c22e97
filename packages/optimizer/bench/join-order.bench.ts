/**
 * What does a better order of many joins gain on a real Postgres? Made join lists of 11 to 20 tables (`join-lists.ts`), each as written and as
 * `optimizeSql` gives it, with the statistics that the engine tells; beside them the text as written with a higher `join_collapse_limit`. The
 * three take turns in one session, and every answer is compared.
 */
import { PerfError } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import { optimizeSql } from '@perf/optimizer';
import { startPostgresHypopg } from '@perf/services';
import type { Figure } from '@perf/testkit/measure';
import { median, quartiles } from '@perf/testkit/measure';
import type { PoolClient } from 'pg';
import { DatabaseError, Pool } from 'pg';
import type { Bench, BenchUse } from './bench.ts';
import type { JoinShape, MadeJoinList } from './join-lists.ts';
import { madeJoinLists } from './join-lists.ts';

const SHAPES: readonly JoinShape[] = ['chain', 'star', 'snowflake', 'cycle', 'snowflake', 'star', 'clique'];
const SEED = 2026;
/** A statement is stopped after so long, and counts as that. */
const LIMIT_MS = 5000;
const MOST_RATIO = 100;
const ROUNDS = 4;
/** Of lists that take longer than a second as written. */
const SLOW_ROUNDS = 2;

export const joinOrder: Bench = { cases: {}, figures };

interface Timed {
  readonly list: MadeJoinList;
  readonly changed: boolean;
  /** Median times. */
  readonly written: number;
  readonly ours: number;
  readonly setting: number;
}

async function figures({ quick }: BenchUse): Promise<readonly Figure[]> {
  const shapes = quick ? SHAPES : [...SHAPES, ...SHAPES];
  const lists = madeJoinLists(shapes, { seed: SEED, scale: quick ? 0.1 : 1 });
  const found = await timedLists(lists);
  const ratios = found.map(({ written, ours }) => Math.min(MOST_RATIO, written / ours));
  const settings = found.map(({ written, setting }) => Math.min(MOST_RATIO, written / setting));
  const told = found.map(
    ({ list, changed, written, ours, setting }) =>
      `${list.name} ${written.toFixed(0)} → ${ours.toFixed(1)} ms${changed ? '' : ' (left)'}, by setting ${setting.toFixed(0)}`,
  );
  return [
    {
      id: 'joins.postgres.median',
      value: median(ratios),
      unit: '×',
      n: ratios.length,
      spread: quartiles(ratios),
      note: `time as written ÷ ours on a real Postgres, least ${Math.min(...ratios).toFixed(2)}; as written with join_collapse_limit = 20 instead ${median(settings).toFixed(2)} (least ${Math.min(...settings).toFixed(2)}). Random lists of 11 to 20 tables of up to 300,000 rows, biggest table first, then along the keys, filters on the last tables; 70 % of the lists have indexes on what refers. Medians of ${ROUNDS} interleaved rounds (${SLOW_ROUNDS} where it takes over a second), ${LIMIT_MS} ms at most: ${told.join('; ')}`,
    },
  ];
}

async function timedLists(lists: readonly MadeJoinList[]): Promise<readonly Timed[]> {
  await using server = await startPostgresHypopg({ env: { ...process.env, POSTGRES_HYPOPG_URL: '' } });
  // One process and no code made at run time, so that two times can be compared.
  const options = '-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=64MB';
  const pool = new Pool({ connectionString: server.url, options, max: 3 });
  // The server is ended before the pool notices.
  pool.on('error', () => undefined);
  const client = await pool.connect();
  try {
    await client.query('SELECT setseed(0.5)');
    for (const sql of lists.flatMap(({ fill }) => fill)) await client.query(sql);
    await client.query('VACUUM ANALYZE');
    await using engine = await PostgresEngine.open(pool);
    const catalog = await engine.catalog();
    const statistics = await engine.statistics([...catalog.tables.keys()]);
    const found: Timed[] = [];
    for (const list of lists) {
      const { text, unread } = optimizeSql(list.text, { dialect: 'postgres', catalog, statistics });
      if (unread !== undefined)
        throw new PerfError('ERR_PERF_RUN_INVALID', `a join list was not read (${unread}): ${list.text}`);
      found.push({ list, changed: text !== list.text, ...(await timed(client, list.text, text)) });
    }
    return found;
  } finally {
    client.release();
    await pool.end();
  }
}

async function timed(
  client: PoolClient,
  written: string,
  ours: string,
): Promise<{ readonly written: number; readonly ours: number; readonly setting: number }> {
  const times = { written: [] as number[], ours: [] as number[], setting: [] as number[] };
  const answers = new Set<string>();
  let rounds = ROUNDS;
  // The first round warms what the server keeps.
  for (let round = 0; round <= rounds; round++) {
    for (const form of ['written', 'ours', 'setting'] as const) {
      const { ms, answer } = await timedOnce(
        client,
        form === 'ours' ? ours : written,
        form === 'setting' ? 20 : 8,
      );
      if (answer !== undefined) answers.add(answer);
      if (round > 0) times[form].push(ms);
      if (form === 'written' && ms > 1000) rounds = SLOW_ROUNDS;
    }
  }
  if (answers.size > 1)
    throw new PerfError(
      'ERR_PERF_RUN_INVALID',
      `the answers differ: ${[...answers].join(' and ')} of ${ours}`,
    );
  return { written: median(times.written), ours: median(times.ours), setting: median(times.setting) };
}

/** @returns no answer when the statement was stopped */
async function timedOnce(
  client: PoolClient,
  text: string,
  collapse: number,
): Promise<{ readonly ms: number; readonly answer: string | undefined }> {
  await client.query(`SET join_collapse_limit = ${collapse}; SET statement_timeout = ${LIMIT_MS}`);
  const started = performance.now();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return { ms: performance.now() - started, answer: JSON.stringify(rows) };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '57014') throw error;
    return { ms: LIMIT_MS, answer: undefined };
  }
}
