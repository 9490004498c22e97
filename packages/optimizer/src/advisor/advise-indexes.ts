import type {
  Catalog,
  HypotheticalIndex,
  QueryStatistics,
  TableIndex,
  WorkloadStatement,
} from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';
import type { AdvisedIndex, AskCost, IndexAdvice } from './advice.ts';
import { candidatesOf } from './candidates.ts';
import { Extend } from './extend.ts';
import { indexBytes } from './index-bytes.ts';
import { createIndexDdl, dropIndexDdl, indexName } from './index-ddl.ts';
import { indexDrops } from './index-drops.ts';
import { indexKey, standingIndexes } from './index-shape.ts';
import { modelCost } from './model-cost.ts';
import { partitionAdvice } from './partition-advice.ts';
import { readWorkload } from './read-workload.ts';
import type { CostableStatement } from './read-workload.ts';
import { WorkloadCost, isUsable } from './workload-cost.ts';
import { WriteLoad } from './write-load.ts';

/** What advice rests on, and how far it may go. */
export interface AdviseOptions {
  readonly dialect: SqlName;
  readonly catalog: Catalog;
  /** Indexes that there are, as the engine tells them. @default none but keys */
  readonly indexes?: readonly TableIndex[];
  /** @default none: sizes and costs rest on defaults */
  readonly statistics?: QueryStatistics;
  /** What a statement costs with indexes that are not there, by the engine's planner. @default our own estimate */
  readonly cost?: AskCost;
  /** Whether `cost` is an estimate, not the engine's: advice is then of medium confidence. @default whether `cost` is absent */
  readonly isEstimate?: boolean;
  /**
   * What any statement costs besides its plan, in the unit of `cost`: the way to the database and back. A plan below it gains little more.
   * @default 100, as for Postgres; 1000 for an estimate of ours
   */
  readonly startCost?: number;
  /** Most bytes of all new indexes together. 0 advises none. @default a quarter of the tables' bytes, else no limit */
  readonly budgetBytes?: number;
  /** When to stop; what is found by then is given back. @default 5000 */
  readonly maxMs?: number;
  /** Statements that are looked at, those that take most time first. @default 200 */
  readonly maxStatements?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told after each step. */
  readonly onProgress?: (progress: {
    readonly chosen: number;
    readonly costCalls: number;
    readonly share: number;
  }) => void;
  /** Source of time, in ms. @default performance.now */
  readonly now?: () => number;
}

/** Share of the time for the search; the rest is for what each index gains. */
const SEARCH_SHARE = 0.85;
const BUDGET_SHARE = 0.25;
/** A third of a millisecond, in units of Postgres and of our own estimate. */
const ENGINE_START = 100;
const MODEL_START = 1000;

/**
 * Indexes that a workload gains most by for their bytes, and those that there are for nothing. Pure but for `cost`: nothing is made or dropped, the DDL is
 * for you to run. Advice for BigQuery is a layout of its tables.
 *
 * @example
 * const cost: AskCost = async (text, indexes) => (await engine.whatIf(indexes, { dialect, text, parameters: [] })).cost ?? NaN;
 * const { indexes } = await adviseIndexes(workload, { dialect, catalog, statistics, indexes: await engine.indexes(), cost });
 */
export async function adviseIndexes(
  workload: readonly WorkloadStatement[],
  options: AdviseOptions,
): Promise<IndexAdvice> {
  return new Adviser(options).advise(workload);
}

class Adviser {
  readonly #dialect: SqlName;
  readonly #catalog: Catalog;
  readonly #statistics: QueryStatistics;
  readonly #indexes: readonly TableIndex[];
  readonly #standing: readonly HypotheticalIndex[];
  readonly #budgetBytes: number;
  readonly #maxMs: number;
  readonly #isEstimate: boolean;
  readonly #options: AdviseOptions;
  readonly #now: () => number;

  constructor(options: AdviseOptions) {
    const { maxMs = 5000, maxStatements = 200, budgetBytes, now = () => performance.now() } = options;
    if (!(maxMs > 0)) invalid('maxMs', 'a positive number', maxMs);
    if (!(Number.isInteger(maxStatements) && maxStatements > 0))
      invalid('maxStatements', 'a positive integer', maxStatements);
    if (options.startCost !== undefined && !(options.startCost >= 0))
      invalid('startCost', '0 or more', options.startCost);
    if (budgetBytes !== undefined && !(budgetBytes >= 0)) invalid('budgetBytes', '0 or more', budgetBytes);
    this.#options = options;
    this.#dialect = options.dialect;
    this.#catalog = options.catalog;
    this.#statistics = options.statistics ?? { tables: new Map() };
    this.#indexes = options.indexes ?? [];
    this.#standing = standingIndexes(this.#indexes, this.#catalog);
    this.#budgetBytes = budgetBytes ?? quarterOf(this.#statistics);
    this.#maxMs = maxMs;
    this.#isEstimate = options.isEstimate ?? options.cost === undefined;
    this.#now = now;
  }

  async advise(workload: readonly WorkloadStatement[]): Promise<IndexAdvice> {
    const start = this.#now();
    const { maxStatements = 200, signal, cost, onProgress, startCost } = this.#options;
    const context = { dialect: this.#dialect, catalog: this.#catalog, statistics: this.#statistics };
    const { reads, writes, skipped } = readWorkload(workload, {
      ...context,
      maxStatements,
      literal: cost !== undefined,
    });
    const uses = reads.flatMap((read) => read.uses);
    if (this.#dialect === 'bigquery') {
      const weighed = reads.flatMap(({ uses: own, weight }) => own.map((use) => ({ use, weight })));
      return this.#answer({
        skipped,
        partitions: partitionAdvice(weighed, this.#catalog),
        elapsedMs: this.#now() - start,
      });
    }
    const load = new WriteLoad(writes, this.#standing, this.#dialect);
    const ask = cost ?? modelCost(this.#dialect, context);
    const costs = new WorkloadCost(reads, {
      ask,
      writes: load,
      signal,
      startCost: startCost ?? (this.#isEstimate ? MODEL_START : ENGINE_START),
    });
    await costs.begin();
    const search = new Extend({
      costs,
      candidates: candidatesOf(uses, context),
      uses,
      context,
      standing: this.#standing,
      bytesOf: cachedBy(indexKey, (index) => indexBytes(index, this.#dialect, context)),
      budgetBytes: this.#budgetBytes,
      isOver: () => this.#now() - start > this.#maxMs * SEARCH_SHARE,
      onStep: (chosen) =>
        onProgress?.({
          chosen,
          costCalls: costs.calls,
          share: Math.min(1, (this.#now() - start) / this.#maxMs),
        }),
    });
    const chosen = await search.run();
    const indexes: AdvisedIndex[] = [];
    for (const index of chosen) indexes.push(await this.#advised(index, chosen, { costs, load, reads }));
    const statements = [];
    for (const statement of costs.statements)
      statements.push({
        text: statement.text,
        weight: statement.weight,
        costBefore: await costs.of(statement, []),
        costAfter: await costs.of(statement, chosen),
      });
    const failed = [...costs.failed].map(([text, code]) => ({
      text,
      weight: 0,
      skipped: `the engine does not plan it (${code})`,
    }));
    return this.#answer({
      indexes: indexes.toSorted((a, b) => b.benefit / b.bytes - a.benefit / a.bytes),
      statements,
      skipped: [...skipped, ...failed],
      costCalls: costs.calls,
      isComplete: search.isComplete,
      elapsedMs: this.#now() - start,
    });
  }

  async #advised(
    index: HypotheticalIndex,
    chosen: readonly HypotheticalIndex[],
    {
      costs,
      load,
      reads,
    }: {
      readonly costs: WorkloadCost;
      readonly load: WriteLoad;
      readonly reads: readonly CostableStatement[];
    },
  ): Promise<AdvisedIndex> {
    const without = chosen.filter((other) => other !== index);
    const penalty = load.penalty(chosen) - load.penalty(without);
    const gains = [];
    let benefit = 0;
    for (const statement of costs.statements.filter((each) => isUsable(index, each))) {
      const [before, after] = [await costs.of(statement, without), await costs.of(statement, chosen)];
      benefit += statement.weight * costs.logRatio(before, after);
      if (before > after * NOTICEABLE)
        gains.push({ text: statement.text, costBefore: before, costAfter: after });
    }
    const taken = new Set(this.#indexes.map(({ name }) => name));
    const name = indexName(index, taken);
    const texts = new Set(gains.map(({ text }) => text));
    const isMadeUp = reads.some(({ text, isMadeUp: madeUp }) => madeUp && texts.has(text));
    return {
      index,
      name,
      ddl: createIndexDdl(index, name, this.#dialect),
      undo: dropIndexDdl({ name, table: index.table }, this.#dialect),
      bytes: indexBytes(index, this.#dialect, { catalog: this.#catalog, statistics: this.#statistics }),
      statements: gains.toSorted((a, b) => b.costBefore / b.costAfter - a.costBefore / a.costAfter),
      benefit,
      writes: { penalty, entriesPerS: load.entriesPerS(index) },
      confidence: !this.#statistics.tables.has(index.table)
        ? 'low'
        : this.#isEstimate || isMadeUp
          ? 'medium'
          : 'high',
    };
  }

  #answer(
    found: Partial<IndexAdvice> & { readonly skipped: IndexAdvice['statements']; readonly elapsedMs: number },
  ): IndexAdvice {
    const { indexes = [], statements = [], skipped, ...rest } = found;
    return {
      partitions: [],
      costCalls: 0,
      isComplete: true,
      ...rest,
      indexes,
      statements: [...statements, ...skipped],
      drops:
        this.#dialect === 'bigquery'
          ? []
          : indexDrops(this.#indexes, this.#dialect, (index) => this.#supports(index)),
      bytes: indexes.reduce((sum, { bytes }) => sum + bytes, 0),
      budgetBytes: this.#budgetBytes,
    };
  }

  /** Whether an index begins with the columns of a foreign key. */
  #supports({ table, columns }: TableIndex): boolean {
    const names = columns.map(({ name }) => name);
    return (this.#catalog.tables.get(table)?.foreignKeys ?? []).some((key) =>
      key.columns.every((name) => names.slice(0, key.columns.length).includes(name)),
    );
  }
}

/** A gain smaller than this is not told. */
const NOTICEABLE = 1.05;

function quarterOf({ tables }: QueryStatistics): number {
  const bytes = [...tables.values()].reduce((sum, table) => sum + (table.bytes ?? 0), 0);
  return bytes > 0 ? bytes * BUDGET_SHARE : Infinity;
}

function cachedBy<T>(keyOf: (value: T) => string, compute: (value: T) => number): (value: T) => number {
  const kept = new Map<string, number>();
  return (value) => {
    const key = keyOf(value);
    const found = kept.get(key) ?? compute(value);
    kept.set(key, found);
    return found;
  };
}

function invalid(name: string, wanted: string, got: number): never {
  throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be ${wanted}, got ${got}`);
}
