import type { QueryEngine } from '@perf/contracts';
import type { SqlVerdict } from '../sql/decide-sql.ts';
import { decideSql } from '../sql/decide-sql.ts';
import type { OptimizedSql } from '../sql/optimize-sql.ts';
import type { KillTarget } from './kill-switch.ts';
import { KillSwitch } from './kill-switch.ts';
import type { LedgerEntry, ShadowOutcome } from './rewrite-ledger.ts';
import { RewriteLedger } from './rewrite-ledger.ts';
import type { ShadowOptions } from './shadow-run.ts';
import { shadowRun } from './shadow-run.ts';

/** How a gate decides. */
export interface RewriteGateOptions {
  /** Asked for costs, and where `shadow` is set run against. @default none: our own estimate decides */
  readonly engine?: QueryEngine;
  /**
   * Runs both forms before the rewritten one is used; it must give the same answer, and not be slower. What the engine's estimate refuses is tried
   * too, and taken where it is clearly faster. @default nothing is run
   */
  readonly shadow?: ShadowOptions;
  /** Ms after which a verdict is reached anew. @default one hour */
  readonly verdictTtlMs?: number;
  /** Statements whose verdicts are kept. @default 1000 */
  readonly mostVerdicts?: number;
  /** Told of a rewrite whose answer differs; its rules are switched off by then. */
  readonly onDifference?: (entry: LedgerEntry) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** Time after ÷ before above which a run refuses a rewrite that the estimates accepted, and one that the engine's estimate refused. */
const SLOWER = 1.05;
const FASTER = 0.85;
const HOUR_MS = 60 * 60 * 1000;

interface Kept {
  readonly verdict: Promise<SqlVerdict>;
  readonly text: string;
  readonly until: number;
}

/**
 * Stands between rewritten statements and a database: own estimate, then the costs of the engine, then where it is asked for a run of both forms
 * side by side. A verdict is kept, and what was decided is in the ledger. A rule whose rewrite gave another answer is switched off for all
 * statements; anybody may switch off more.
 *
 * @example
 * const gate = new RewriteGate({ engine, shadow: {} });
 * const { text } = await gate.decide(optimizeSql(sql, { dialect, catalog, statistics }));
 */
export class RewriteGate {
  readonly #options: RewriteGateOptions;
  readonly #now: () => number;
  readonly #kills = new KillSwitch();
  readonly #ledger: RewriteLedger;
  readonly #kept = new Map<string, Kept>();

  constructor(options: RewriteGateOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#ledger = new RewriteLedger(options.mostVerdicts);
  }

  /** What was decided of the last statements. */
  get ledger(): readonly LedgerEntry[] {
    return this.#ledger.entries;
  }

  /** Switches off all rewrites, those of a rule, or that of a statement, from the next call on. */
  kill(target: KillTarget, reason: string): void {
    this.#kills.kill(target, reason);
  }

  revive(target: KillTarget): void {
    this.#kills.revive(target);
  }

  /** Which form of a statement to run. A verdict counts until its time is over or the statement is rewritten in another way. */
  async decide(
    optimized: OptimizedSql,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<SqlVerdict> {
    const { original, text } = optimized;
    const known = this.#kept.get(original);
    const isKnown = known !== undefined && known.text === text && known.until > this.#now();
    const deciding = isKnown ? known.verdict : this.#keep(optimized, this.#decided(optimized, signal));
    const verdict = await deciding;
    const against = this.#kills.reasonAgainst(original, verdict.rules);
    return against === undefined || verdict.use === 'original'
      ? verdict
      : { use: 'original', text: original, rules: [], reason: `it is switched off: ${against}` };
  }

  #keep({ original, text }: OptimizedSql, verdict: Promise<SqlVerdict>): Promise<SqlVerdict> {
    const { verdictTtlMs = HOUR_MS, mostVerdicts = 1000 } = this.#options;
    const kept: Kept = { verdict, text, until: this.#now() + verdictTtlMs };
    this.#kept.delete(original);
    this.#kept.set(original, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostVerdicts && oldest !== undefined) this.#kept.delete(oldest);
    // What failed, as by an abort, is decided anew by the next caller.
    verdict.catch(() => {
      if (this.#kept.get(original) === kept) this.#kept.delete(original);
    });
    return verdict;
  }

  async #decided(optimized: OptimizedSql, signal: AbortSignal | undefined): Promise<SqlVerdict> {
    const { engine, shadow } = this.#options;
    const asked = await decideSql(optimized, {
      ...(engine === undefined ? {} : { engine }),
      ...(signal === undefined ? {} : { signal }),
    });
    const candidate =
      engine === undefined || shadow === undefined ? undefined : candidateOf(optimized, asked);
    const isKilled =
      this.#kills.reasonAgainst(optimized.original, candidate?.rules ?? asked.rules) !== undefined;
    if (engine === undefined || shadow === undefined || candidate === undefined || isKilled) {
      this.#note(optimized, asked, undefined);
      return asked;
    }
    const { original, orderedBy } = optimized;
    const outcome = await shadowRun(
      engine,
      { original, optimized: candidate.text, orderedBy },
      shadow,
      signal,
    );
    const refused = refusal(outcome, asked.use === 'optimized' ? SLOWER : FASTER);
    const verdict: SqlVerdict =
      refused === undefined
        ? {
            ...candidate,
            use: 'optimized',
            reason: asked.use === 'optimized' ? asked.reason : measured(outcome),
          }
        : { use: 'original', text: original, rules: [], reason: refused };
    const entry = this.#note(optimized, { ...verdict, rules: candidate.rules }, outcome);
    if (outcome.answers === 'different') {
      for (const rule of candidate.rules) this.#kills.kill({ rule }, 'a rewrite of it gave another answer');
      this.#options.onDifference?.(entry);
    }
    return verdict;
  }

  #note(
    { original, rewrites }: OptimizedSql,
    { use, rules, reason }: SqlVerdict,
    shadow: ShadowOutcome | undefined,
  ): LedgerEntry {
    const entry: LedgerEntry = {
      statement: original,
      use,
      rules: rules.length > 0 ? rules : rewrites.map(({ rule }) => rule),
      reason,
      at: this.#now(),
      ...(shadow === undefined ? {} : { shadow }),
    };
    this.#ledger.add(entry);
    return entry;
  }
}

interface Candidate {
  readonly text: string;
  readonly rules: readonly string[];
}

/** The form that is worth a run: what the engine's estimate chose; where that refused all, what ours did, since a run tells who is right. */
function candidateOf({ rewrites, steps }: OptimizedSql, verdict: SqlVerdict): Candidate | undefined {
  const { use, text, rules, isDoubtful } = verdict;
  if (use === 'optimized') return { text, rules };
  const last = isDoubtful === true ? steps.at(-1) : undefined;
  return last === undefined ? undefined : { text: last, rules: rewrites.map(({ rule }) => rule) };
}

function measured({ originalMs = 0, optimizedMs = 0 }: ShadowOutcome): string {
  return `run side by side, it took ${optimizedMs.toPrecision(3)} ms instead of ${originalMs.toPrecision(3)} ms`;
}

/**
 * Why a run of both forms speaks against the rewritten one. One that took too long in its original form is no reason.
 * @param most time ÷ that of the original up to which it is taken
 */
function refusal(outcome: ShadowOutcome, most: number): string | undefined {
  const { answers, originalMs, optimizedMs } = outcome;
  if (answers === 'different') return 'run side by side, the answers differ';
  if (answers === 'refused') return 'the engine refuses the rewritten form';
  if (optimizedMs === undefined)
    return 'run side by side, the rewritten form took too long, or gave too many rows';
  if (originalMs === undefined) return undefined;
  if (answers === 'cannot-tell') return 'run side by side, the data changed meanwhile';
  return optimizedMs > originalMs * most ? measured(outcome) : undefined;
}
