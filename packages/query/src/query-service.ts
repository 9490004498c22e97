import { createHash } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type {
  Catalog,
  ChannelMessages,
  ExecutionPlan,
  ExportManifest,
  ExportOptions,
  ExportSink,
  QueryEngine,
  QueryOptimizer,
  RepeatableSource,
  Rewrite,
  Scalar,
  Statement,
} from '@perf/contracts';
import { PerfError, channels, isPerfError } from '@perf/contracts';
import { AnswerOpener, inPhase } from './answer-opener.ts';
import type { CheckedQuery } from './checked-query.ts';
import { checkedQuery } from './checked-query.ts';
import { LiveAnswer } from './live-answer.ts';
import { readCursor, scalarsOf } from './cursor.ts';
import type { CallOptions, QueryServiceOptions, SourceOptions, Switches } from './options.ts';
import type { AnswerStream } from './query-answer.ts';
import { QueryAnswer } from './query-answer.ts';
import { RepeatableAnswer } from './repeatable-answer.ts';
import { queryFrom, resumableQuery } from './resumable-query.ts';
import { StatementRunner } from './statement-runner.ts';
import { StatisticsCache } from './statistics-cache.ts';

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
  readonly #opener: AnswerOpener;

  constructor(options: QueryServiceOptions) {
    const { engine, optimizer, catalog, cache, ttlMs, now = Date.now, onError = () => undefined } = options;
    const {
      statisticsTtlMs = 600_000,
      piiTtlMs = 60_000,
      maxCachedRows = 10_000,
      maxCachedBytes = 8 * 1024 * 1024,
    } = options;
    for (const [name, value] of Object.entries({ maxCachedRows, maxCachedBytes, statisticsTtlMs, piiTtlMs }))
      if (!(value >= 0))
        throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must not be negative, got ${value}`);
    if (typeof options.source !== 'string' || options.source === '')
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'source must name the database');
    this.#options = options;
    this.#engine = engine;
    this.#optimizer = optimizer;
    this.#catalog = catalog;
    this.#runner = new StatementRunner(
      engine,
      optimizer,
      new StatisticsCache(engine, statisticsTtlMs, now, onError),
    );
    this.#opener = new AnswerOpener(
      this.#runner,
      cache,
      { ttlMs, piiTtlMs },
      { rows: maxCachedRows, bytes: maxCachedBytes },
    );
  }

  /** The whole answer, from the cache when it is kept there. Rejects with the codes of `checkQuery` and of the engine. */
  async query(input: unknown, options: CallOptions = {}): Promise<QueryAnswer> {
    const span = this.#options.profiler?.startQuery();
    const started = performance.now();
    const { signal } = options;
    const checked = inPhase(span, 'plan', () => this.#check(input, options));
    const told = { key: checked.key, fromCache: false };
    try {
      const { info, answer } = await this.#opener.open(checked, {
        switches: this.#switched(options),
        signal,
        span,
      });
      told.fromCache = info.fromCache;
      const whole = 'batches' in answer;
      const batches = whole
        ? answer.batches
        : await inPhase(span, 'dataLoad', () =>
            Array.fromAsync(new LiveAnswer(info, answer, signal, () => undefined)),
          );
      const result = new QueryAnswer(info, answer.schema, batches, span?.end());
      this.#publish(told, started, queries.hasSubscribers ? result.length : 0, undefined);
      return result;
    } catch (error) {
      this.#publish(told, started, 0, error);
      throw error;
    }
  }

  /** The answer as a stream: from the cache when it is kept there, else batch by batch from the engine. */
  async stream(input: unknown, options: CallOptions = {}): Promise<AnswerStream> {
    const started = performance.now();
    const { signal } = options;
    const checked = this.#check(input, options);
    const told = { key: checked.key, fromCache: false };
    try {
      const { info, answer } = await this.#opener.open(checked, {
        switches: this.#switched(options),
        signal,
        span: undefined,
      });
      return new LiveAnswer(info, answer, signal, (rows, error) => this.#publish(info, started, rows, error));
    } catch (error) {
      this.#publish(told, started, 0, error);
      throw error;
    }
  }

  /** The statement and its plans; nothing is run unless `analyze`. */
  async explain(
    input: unknown,
    options: CallOptions & { readonly analyze?: boolean } = {},
  ): Promise<QueryExplanation> {
    const checked = this.#check(input, options);
    const { analyze = false, signal } = options;
    const optimized = this.#switched(options).optimizer
      ? await this.#runner.optimize(checked, signal)
      : undefined;
    const statement = optimized?.statement ?? this.#optimizer.compile(checked.query);
    return {
      statement,
      rewrites: optimized?.rewrites ?? [],
      logical: optimized?.plan ?? this.#optimizer.generateExecutionPlan(checked.query),
      physical: await this.#engine.explain(statement, { analyze, signal }),
    };
  }

  /** Rows and cost that the optimizer expects; nothing is run. */
  async estimate(input: unknown, options: CallOptions = {}): Promise<QueryEstimate> {
    const { estimatedRows, estimatedCost } = await this.#runner.optimize(
      this.#check(input, options),
      options.signal,
    );
    return { rows: estimatedRows, cost: estimatedCost };
  }

  /**
   * Writes the answer through the exporter named `format` into `sink`. The cache is not asked: exports are large and leave.
   * Where the optimizer's row limit has cut the answer, the manifest has a warning `truncated`.
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
      options.signal,
    );
    await using source = await this.#runner.execute(
      prepared,
      exporter.capabilities.columnar ? 'columns' : 'rows',
      options.signal,
    );
    const manifest = await exporter.export(source, sink, exportOptions);
    const { truncated } = prepared.statement;
    if (truncated === undefined || manifest.rows < truncated.limit) return manifest;
    const message = `the optimizer's row limit of ${truncated.limit} ended the answer; there may be more rows`;
    return { ...manifest, warnings: [...manifest.warnings, { code: 'truncated', message, count: 1 }] };
  }

  /**
   * The answer as a source for an export that goes on after a crash. A query without an order gets that of its tables' unique keys. The
   * fingerprint counts the rows of every table; add `version` where rows may change while their number stays.
   * Rejects with `ERR_PERF_INVALID_QUERY` when the order does not end in a unique key, with `ERR_PERF_UNSUPPORTED` when the answer lacks a
   * column of its order, and with `ERR_PERF_LIMIT_EXCEEDED` when the optimizer's row limit would cut the answer.
   *
   * @example
   * const source = await service.source(query, { cursor: checkpoint?.cursor });
   * await exportCsv(source, fileSink('flights.csv'), { checkpoint: store, resumeFrom: checkpoint });
   */
  async source(
    input: unknown,
    options: CallOptions & SourceOptions = {},
  ): Promise<RepeatableSource & AsyncDisposable> {
    const { signal, cursor, shape = 'rows', version = '' } = options;
    const { query, keys } = resumableQuery(input, this.#catalog);
    const from = cursor === undefined ? undefined : readCursor(cursor);
    const whole = this.#check(query, options);
    const fingerprint = await this.#fingerprint(whole, version, signal);
    const checked = this.#check(queryFrom(query, from), options);
    const prepared = await this.#runner.prepare(checked, this.#switched(options).optimizer, signal);
    const { truncated } = prepared.statement;
    // A limit that begins anew with every resume cuts nowhere in particular.
    if (truncated !== undefined)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `the optimizer's row limit of ${truncated.limit} would cut the answer: give the query a limit of its own within it`,
      );
    const stream = await this.#runner.execute(prepared, shape, signal);
    return new RepeatableAnswer(stream, { fingerprint, keys, rows: from?.rows ?? 0 });
  }

  /** Names the state of the tables: the query, how many rows each table has, and what the caller says. */
  async #fingerprint(
    { key, tables }: CheckedQuery,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const counts: unknown[] = [];
    for (const table of tables) {
      const count = this.#check({ from: table, select: [{ aggregate: 'count', as: 'n' }] }, {});
      const stream = await this.#runner.execute(
        await this.#runner.prepare(count, false, signal),
        'rows',
        signal,
      );
      for await (const batch of stream) counts.push([table, ...scalarsOf(stream.schema, batch, 0, [0])]);
    }
    return createHash('sha256')
      .update(JSON.stringify([key, counts, version]))
      .digest('hex');
  }

  #check(input: unknown, options: CallOptions): CheckedQuery {
    const policy: Record<string, Scalar> = { ...this.#options.policy, ...options.policy };
    for (const [name, value] of Object.entries(this.#optimizer.answerOptions ?? {}))
      policy[`optimizer.${name}`] = value;
    return checkedQuery(input, this.#catalog, { source: this.#options.source, policy });
  }

  #switched({ switches }: CallOptions): Switches {
    return { ...this.switches, ...switches };
  }

  #publish(
    { key, fromCache }: { readonly key: string; readonly fromCache: boolean },
    started: number,
    rows: number,
    error: unknown,
  ): void {
    if (!queries.hasSubscribers) return;
    const message: ChannelMessages['query'] = {
      engine: this.#engine.name,
      queryKey: key,
      rows,
      durationMs: performance.now() - started,
      source: fromCache ? 'cache' : 'engine',
    };
    queries.publish(
      error === undefined ? message : { ...message, error: isPerfError(error) ? error.code : 'unknown' },
    );
  }
}
