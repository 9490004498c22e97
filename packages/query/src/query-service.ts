import diagnostics from 'node:diagnostics_channel';
import type {
  Catalog,
  ExecutionPlan,
  ExportManifest,
  ExportOptions,
  ExportSink,
  QueryEngine,
  QueryOptimizer,
  QueryPhase,
  QuerySpan,
  Rewrite,
  Scalar,
  Statement,
} from '@perf/contracts';
import { PerfError, channels, throwIfAborted } from '@perf/contracts';
import type { AnswerLife, CheckedQuery } from './checked-query.ts';
import { checkedQuery, entryOptions } from './checked-query.ts';
import type { AnswerLimits, StartedAnswer, WholeAnswer } from './collect.ts';
import { collect } from './collect.ts';
import { LiveAnswer } from './live-answer.ts';
import type { CallOptions, QueryServiceOptions, Switches } from './options.ts';
import type { AnswerInfo, AnswerStream } from './query-answer.ts';
import { QueryAnswer } from './query-answer.ts';
import type { Prepared } from './statement-runner.ts';
import { StatementRunner } from './statement-runner.ts';

/** What a query is, before it is run. */
export interface QueryExplanation {
  readonly statement: Statement;
  readonly rewrites: readonly Rewrite[];
  /** The steps as the optimizer sees them, with its estimates. */
  readonly logical: ExecutionPlan;
  /** The engine's own plan. */
  readonly physical: ExecutionPlan;
}

/** What a query is expected to give and cost. */
export interface QueryEstimate {
  readonly rows: number;
  /** In the optimizer's units. */
  readonly cost: number;
}

/** An answer that was found or begun. */
interface Opened {
  readonly info: AnswerInfo;
  readonly answer: WholeAnswer | StartedAnswer;
}

const queries = diagnostics.channel(channels.query);

/**
 * Makes a query service: one line from an untrusted query to its answer.
 * Query → check → key → cache → optimizer → engine → batches → (cache | stream | file).
 */
export function createQueryService(options: QueryServiceOptions): QueryService {
  return new QueryService(options);
}

/** Answers structured queries. Safe to use from many callers at once. */
export class QueryService {
  /** What is on, for calls that do not say otherwise. May be changed at any time. */
  switches: Switches = { cache: true, optimizer: true };
  readonly #options: QueryServiceOptions;
  readonly #engine: QueryEngine;
  readonly #optimizer: QueryOptimizer;
  readonly #catalog: Catalog;
  readonly #runner: StatementRunner;
  readonly #limits: AnswerLimits;
  readonly #life: AnswerLife;

  constructor(options: QueryServiceOptions) {
    const {
      engine,
      optimizer,
      catalog,
      statisticsTtlMs = 600_000,
      piiTtlMs = 60_000,
      maxCachedRows = 10_000,
      maxCachedBytes = 8 * 1024 * 1024,
      now = Date.now,
    } = options;
    for (const [name, value] of Object.entries({ maxCachedRows, maxCachedBytes, statisticsTtlMs, piiTtlMs }))
      if (!(value >= 0))
        throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must not be negative, got ${value}`);
    this.#options = options;
    this.#engine = engine;
    this.#optimizer = optimizer;
    this.#catalog = catalog;
    this.#limits = { rows: maxCachedRows, bytes: maxCachedBytes };
    this.#life = { ttlMs: options.ttlMs, piiTtlMs };
    this.#runner = new StatementRunner(engine, optimizer, statisticsTtlMs, now);
  }

  /** The whole answer, from the cache when it is kept there. Rejects with the codes of `checkQuery` and of the engine. */
  async query(input: unknown, options: CallOptions = {}): Promise<QueryAnswer> {
    const span = this.#options.profiler?.startQuery();
    const started = performance.now();
    const { info, answer } = await this.#open(input, options, span);
    const batches =
      'batches' in answer
        ? answer.batches
        : await inPhase(span, 'dataLoad', () =>
            Array.fromAsync(new LiveAnswer(info, answer, options.signal)),
          );
    const result = new QueryAnswer(info, answer.schema, batches, span?.end());
    if (queries.hasSubscribers)
      queries.publish({
        engine: this.#engine.name,
        queryKey: info.key,
        rows: result.length,
        durationMs: performance.now() - started,
        source: info.fromCache ? 'cache' : 'engine',
      });
    return result;
  }

  /** The answer as a stream: from the cache when it is kept there, else batch by batch from the engine. */
  async stream(input: unknown, options: CallOptions = {}): Promise<AnswerStream> {
    const { info, answer } = await this.#open(input, options, undefined);
    return new LiveAnswer(info, answer, options.signal);
  }

  /** The statement and its plans; nothing is run unless `analyze`. */
  async explain(
    input: unknown,
    options: CallOptions & { readonly analyze?: boolean } = {},
  ): Promise<QueryExplanation> {
    const checked = this.#check(input, options);
    const { optimizer } = this.#switched(options);
    const optimized = await this.#runner.optimize(checked);
    const prepared: Prepared = optimizer ? optimized : await this.#runner.prepare(checked, false);
    const physical = await this.#engine.explain(prepared.statement, {
      analyze: options.analyze ?? false,
      signal: options.signal,
    });
    return {
      statement: prepared.statement,
      rewrites: prepared.rewrites,
      logical: optimizer ? optimized.plan : this.#optimizer.generateExecutionPlan(checked.query),
      physical,
    };
  }

  /** Rows and cost that the optimizer expects; nothing is run. */
  async estimate(input: unknown, options: CallOptions = {}): Promise<QueryEstimate> {
    const { estimatedRows, estimatedCost } = await this.#runner.optimize(this.#check(input, options));
    return { rows: estimatedRows, cost: estimatedCost };
  }

  /**
   * Writes the answer through the exporter named `format` into `sink`. The cache is not asked: exports are large and leave.
   * Rejects with `ERR_PERF_UNSUPPORTED` when there is no such exporter.
   */
  async export(
    input: unknown,
    format: string,
    sink: ExportSink,
    options: CallOptions & ExportOptions = {},
  ): Promise<ExportManifest> {
    const exporter = Object.entries(this.#options.exporters ?? {}).find(([name]) => name === format)?.[1];
    if (exporter === undefined)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `no exporter is named ${JSON.stringify(format.slice(0, 64))}`,
      );
    const { policy: _, switches: __, ...exportOptions } = options;
    const prepared = await this.#runner.prepare(
      this.#check(input, options),
      this.#switched(options).optimizer,
    );
    const source = await this.#runner.execute(
      prepared,
      exporter.capabilities.columnar ? 'columns' : 'rows',
      options.signal,
    );
    return exporter.export(source, sink, exportOptions);
  }

  /** Looks into the cache, or begins the statement. One statement runs however many callers ask for the same answer. */
  async #open(input: unknown, options: CallOptions, span: QuerySpan | undefined): Promise<Opened> {
    throwIfAborted(options.signal, 'the query');
    const checked = inPhase(span, 'plan', () => this.#check(input, options));
    const { cache } = this.#options;
    const entry = entryOptions(checked, this.#life, options.signal);
    if (cache === undefined || entry === undefined || !this.#switched(options).cache)
      return this.#begin(checked, options, options.signal, span, { rows: -1, bytes: 0 });
    const own: { opened?: Opened; left: boolean } = { left: false };
    const load = async ({ signal }: { readonly signal: AbortSignal }): Promise<WholeAnswer | undefined> => {
      own.opened = await this.#begin(checked, options, signal, span, this.#limits);
      const { answer } = own.opened;
      if ('batches' in answer) return answer;
      if (own.left) await giveUp(own.opened);
      return undefined;
    };
    let found: WholeAnswer | undefined;
    try {
      found = await inPhase(span, 'cacheCheck', () => cache.getOrSet(checked.key, load, entry));
    } catch (error) {
      own.left = true;
      if (own.opened !== undefined) await giveUp(own.opened);
      throw error;
    }
    if (own.opened !== undefined) return own.opened;
    if (found !== undefined)
      return { info: { key: checked.key, fromCache: true, rewrites: [] }, answer: found };
    // Another caller's load found the answer too large to keep, and reads it itself.
    return this.#begin(checked, options, options.signal, span, { rows: -1, bytes: 0 });
  }

  /** Runs the statement and reads it up to the limits. */
  async #begin(
    checked: CheckedQuery,
    options: CallOptions,
    signal: AbortSignal | undefined,
    span: QuerySpan | undefined,
    limits: AnswerLimits,
  ): Promise<Opened> {
    const stopping = new AbortController();
    const either = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
    const { optimizer } = this.#switched(options);
    const prepared = await inPhase(span, 'plan', () => this.#runner.prepare(checked, optimizer));
    const answer = await inPhase(span, 'dataLoad', async () =>
      collect(await this.#runner.execute(prepared, 'columns', either), limits, (reason) =>
        stopping.abort(reason),
      ),
    );
    const { rewrites, truncated } = prepared;
    return {
      info: {
        key: checked.key,
        fromCache: false,
        rewrites,
        ...(truncated === undefined ? {} : { truncated }),
      },
      answer,
    };
  }

  #check(input: unknown, options: CallOptions): CheckedQuery {
    const policy: Record<string, Scalar> = { ...this.#options.policy, ...options.policy };
    for (const [name, value] of Object.entries(this.#optimizer.answerOptions ?? {}))
      policy[`optimizer.${name}`] = value;
    return checkedQuery(input, this.#catalog, { source: this.#options.source ?? this.#engine.name, policy });
  }

  #switched({ switches }: CallOptions): Switches {
    return { ...this.switches, ...switches };
  }
}

/** Ends a begun answer that nobody will read. */
async function giveUp({ answer }: Opened): Promise<void> {
  if (!('batches' in answer)) await answer.end();
}

function inPhase<T>(span: QuerySpan | undefined, phase: QueryPhase, work: () => T): T {
  return span === undefined ? work() : span.phase(phase, work);
}
