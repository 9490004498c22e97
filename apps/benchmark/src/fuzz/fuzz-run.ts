import type { Answer, Catalog, Dialect, QueryEngine } from '@perf/contracts';
import { compareAnswers, isPerfError, throwIfAborted } from '@perf/contracts';
import { SQL_RULES, optimizeSql } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit';
import { openSqlHouse } from '../optimizer/sql-house.ts';
import { fuzzQuery } from './fuzz-query.ts';
import { fuzzStatements } from './fuzz-tables.ts';

/** What is tried on one engine. */
export interface FuzzOptions {
  readonly dialect: Dialect;
  readonly cases: number;
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
  /** Ends at the first difference. @default false */
  readonly untilFirst?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** A statement whose rewritten form gave another answer, or none. */
export interface FuzzDifference {
  readonly dialect: Dialect;
  readonly seed: number;
  readonly rules: readonly string[];
  readonly original: string;
  readonly rewritten: string;
  readonly difference: string;
}

/** What came of it. */
export interface FuzzReport {
  readonly dialect: Dialect;
  readonly cases: number;
  /** Statements that were rewritten. */
  readonly rewritten: number;
  /** Statements that were left alone because they were not understood. */
  readonly unread: number;
  /** Cases in which each rule of the engine's list fired. */
  readonly fired: Readonly<Record<string, number>>;
  readonly differences: readonly FuzzDifference[];
}

/** Made-up statements of one database; another one every so often, so that no accident of the rows hides a fault. */
const CASES_PER_DATABASE = 2500;

/** Asks an engine made-up statements as they are and with every rewrite that is proven, and compares the answers. */
export async function fuzzEngine(options: FuzzOptions): Promise<FuzzReport> {
  const { dialect, cases, seed, untilFirst = false, signal, onProgress } = options;
  const fired = new Map(
    SQL_RULES.filter(({ engines }) => engines[dialect] !== undefined).map(({ name }) => [name, 0]),
  );
  const differences: FuzzDifference[] = [];
  let [rewritten, unread, done] = [0, 0, 0];
  while (done < cases) {
    const first = done;
    const most = Math.min(cases, first + CASES_PER_DATABASE);
    await using house = await openSqlHouse(dialect, `${options.folder}/${dialect}-${first}`, async (run) => {
      for (const sql of fuzzStatements(dialect, seededRandom(seed + first))) await run(sql);
    });
    const catalog = await house.engine.catalog();
    for (; done < most; done++) {
      throwIfAborted(signal, 'the fuzzing');
      onProgress(done / cases);
      const original = fuzzQuery(seededRandom(seed * 1_000_003 + done), dialect);
      const found = await tryOne(house.engine, original, catalog, dialect);
      if (found.unread) unread++;
      if (found.rules.length === 0) continue;
      rewritten++;
      for (const rule of new Set(found.rules)) fired.set(rule, (fired.get(rule) ?? 0) + 1);
      if (found.difference === undefined) continue;
      const { rules, text, difference } = found;
      differences.push({ dialect, seed: done, rules, original, rewritten: text, difference });
      if (untilFirst)
        return { dialect, cases: done + 1, rewritten, unread, fired: Object.fromEntries(fired), differences };
    }
  }
  return { dialect, cases: done, rewritten, unread, fired: Object.fromEntries(fired), differences };
}

interface Tried {
  readonly rules: readonly string[];
  readonly text: string;
  readonly unread: boolean;
  readonly difference: string | undefined;
}

async function tryOne(
  engine: QueryEngine,
  original: string,
  catalog: Catalog,
  dialect: Dialect,
): Promise<Tried> {
  const before = await answerOf(engine, original);
  const { text, rewrites, orderedBy, unread } = optimizeSql(original, {
    dialect,
    catalog,
    gate: 'none',
    plainDates: true,
  });
  const tried = { rules: rewrites.map(({ rule }) => rule), text, unread: unread !== undefined };
  if (rewrites.length === 0) return { ...tried, difference: undefined };
  try {
    const next = await answerOf(engine, text);
    return { ...tried, difference: compareAnswers(before, next, { ordered: orderedBy }) };
  } catch (error) {
    if (!isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) throw error;
    return { ...tried, difference: `the engine refuses it: ${error.message}` };
  }
}

async function answerOf(engine: QueryEngine, text: string): Promise<Answer> {
  await using stream = await engine.execute({ dialect: engine.dialect, text, parameters: [] });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}
