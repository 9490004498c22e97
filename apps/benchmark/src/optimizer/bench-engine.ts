import type { Dialect } from '@perf/contracts';
import { RewriteGate, optimizeSql } from '@perf/optimizer';
import type { CommerceRow } from '../commerce/commerce-rows.ts';
import type { AntiPattern } from './anti-pattern.ts';
import { antiPatterns } from './anti-patterns.ts';
import type { PairTrial } from './pair-trial.ts';
import { LIMIT_MS, tryPair } from './pair-trial.ts';
import { plainQueries } from './plain-queries.ts';
import type { Shop } from './shop.ts';
import { openShop } from './shop.ts';

/** What became of one statement on one engine. */
export interface StatementTrial {
  readonly dialect: Dialect;
  readonly kind: string;
  readonly name: string;
  readonly rules: readonly string[];
  readonly verdict: string;
  /** Absent where the original is run as it is. */
  readonly trial?: PairTrial;
  /** The second run of what seemed slower. */
  readonly again?: PairTrial;
}

/** How statements of one engine are tried. */
export interface BenchEngineOptions {
  readonly dialect: Dialect;
  readonly rows: ReadonlyMap<string, readonly CommerceRow[]>;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, what: string) => void;
}

/** Where statements are tried. */
interface TrialPlace {
  readonly shop: Shop;
  readonly gate: RewriteGate;
  readonly dialect: Dialect;
  readonly signal: AbortSignal;
}

/** What seems slower than this is tried a second time. */
const SUSPECT = 1.05;
const LOADING = 0.1;
/** All answers of the shop have fewer rows. */
const MOST_ROWS = 10_000_000;

/** Tries all anti-patterns and plain queries on one engine, each as the gate decides. */
export async function benchEngine(options: BenchEngineOptions): Promise<readonly StatementTrial[]> {
  const { dialect, rows, folder, signal, onProgress } = options;
  await using shop = await openShop(dialect, rows, {
    folder,
    indexed: true,
    onProgress: (share) => onProgress(share * LOADING, `loading ${dialect}`),
  });
  const gate = new RewriteGate({
    engine: shop.house.engine,
    shadow: { limitMs: LIMIT_MS, mostRows: MOST_ROWS },
  });
  const statements = [...antiPatterns(dialect), ...plainQueries()];
  const trials: StatementTrial[] = [];
  for (const [i, statement] of statements.entries()) {
    onProgress(LOADING + (1 - LOADING) * (i / statements.length), `${dialect}: ${statement.name}`);
    trials.push(await tryStatement({ shop, gate, dialect, signal }, statement));
  }
  return trials;
}

async function tryStatement(
  { shop, gate, dialect, signal }: TrialPlace,
  { kind, name, sql }: AntiPattern,
): Promise<StatementTrial> {
  const { house, catalog, statistics } = shop;
  const { engine } = house;
  const optimized = optimizeSql(sql, { dialect, catalog, statistics, plainDates: true });
  const { use, text, rules, reason } = await gate.decide(optimized, { signal });
  const told = { dialect, kind, name, rules, verdict: reason };
  if (use === 'original') return told;
  const next = { text, orderedBy: optimized.orderedBy };
  const trial = await tryPair(engine, sql, next, signal);
  return trial.ratio.low > SUSPECT
    ? { ...told, trial, again: await tryPair(engine, sql, next, signal) }
    : { ...told, trial };
}
