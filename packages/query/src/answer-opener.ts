import type { LoadingCache, QueryPhase, QuerySpan } from '@perf/contracts';
import { throwIfAborted } from '@perf/contracts';
import type { AnswerLife, CheckedQuery } from './checked-query.ts';
import { entryOptions } from './checked-query.ts';
import type { AnswerLimits, StartedAnswer, WholeAnswer } from './collect.ts';
import { collect } from './collect.ts';
import type { Switches } from './options.ts';
import type { AnswerInfo } from './query-answer.ts';
import type { StatementRunner } from './statement-runner.ts';

/** An answer that was found or begun. */
export interface Opened {
  readonly info: AnswerInfo;
  readonly answer: WholeAnswer | StartedAnswer;
}

/** How one answer is opened. */
export interface OpenUse {
  readonly switches: Switches;
  readonly signal: AbortSignal | undefined;
  readonly span: QuerySpan | undefined;
}

/** Limits under which nothing is read ahead. */
const NOTHING_AHEAD: AnswerLimits = { rows: -1, bytes: 0 };

/** Finds answers in the cache, or begins their statements. */
export class AnswerOpener {
  readonly #runner: StatementRunner;
  readonly #cache: LoadingCache | undefined;
  readonly #life: AnswerLife;
  readonly #limits: AnswerLimits;

  constructor(
    runner: StatementRunner,
    cache: LoadingCache | undefined,
    life: AnswerLife,
    limits: AnswerLimits,
  ) {
    this.#runner = runner;
    this.#cache = cache;
    this.#life = life;
    this.#limits = limits;
  }

  /** One statement runs however many callers ask for the same answer, unless it is too large to keep. */
  async open(checked: CheckedQuery, use: OpenUse): Promise<Opened> {
    throwIfAborted(use.signal, 'the query');
    const cache = this.#cache;
    const entry = entryOptions(checked, this.#life, use.signal);
    if (cache === undefined || entry === undefined || !use.switches.cache)
      return this.#begin(checked, use, NOTHING_AHEAD);
    const own: { opened?: Opened; left: boolean } = { left: false };
    const load = async ({ signal }: { readonly signal: AbortSignal }): Promise<WholeAnswer | undefined> => {
      own.opened = await this.#begin(checked, { ...use, signal }, this.#limits);
      const { answer } = own.opened;
      if ('batches' in answer) return answer;
      if (own.left) await answer.end();
      return undefined;
    };
    let found: WholeAnswer | undefined;
    try {
      found = await inPhase(use.span, 'cacheCheck', () => cache.getOrSet(checked.key, load, entry));
    } catch (error) {
      own.left = true;
      if (own.opened !== undefined && !('batches' in own.opened.answer)) await own.opened.answer.end();
      throw error;
    }
    if (own.opened !== undefined) return own.opened;
    if (found !== undefined)
      return { info: { key: checked.key, fromCache: true, rewrites: [], ...cut(found) }, answer: found };
    // Another caller's load found the answer too large to keep, and reads it itself.
    return this.#begin(checked, use, NOTHING_AHEAD);
  }

  /** Runs the statement and reads it up to the limits. */
  async #begin(
    checked: CheckedQuery,
    { switches, signal, span }: OpenUse,
    limits: AnswerLimits,
  ): Promise<Opened> {
    const stopping = new AbortController();
    const either = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
    const prepared = await inPhase(span, 'plan', () =>
      this.#runner.prepare(checked, switches.optimizer, signal),
    );
    const { statement, rewrites } = prepared;
    const answer = await inPhase(span, 'dataLoad', async () =>
      collect(await this.#runner.execute(prepared, 'columns', either), limits, (reason) =>
        stopping.abort(reason),
      ),
    );
    const whole = 'batches' in answer ? { ...answer, ...cut(statement) } : answer;
    return { info: { key: checked.key, fromCache: false, rewrites, ...cut(statement) }, answer: whole };
  }
}

/** The mark of a row limit, where there is one. */
function cut({ truncated }: { readonly truncated?: { readonly limit: number } }): {
  truncated?: { readonly limit: number };
} {
  return truncated === undefined ? {} : { truncated };
}

/** Runs `work` as a phase of the span, when there is one. */
export function inPhase<T>(span: QuerySpan | undefined, phase: QueryPhase, work: () => T): T {
  return span === undefined ? work() : span.phase(phase, work);
}
