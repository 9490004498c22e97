import type { HypotheticalIndex } from '@perf/contracts';
import { isPerfError, throwIfAborted } from '@perf/contracts';
import type { AskCost } from './advice.ts';
import { indexKey } from './index-shape.ts';
import type { WriteLoad } from './write-load.ts';

/** A statement whose cost is asked. */
export interface CostedStatement {
  /** As the workload has it. */
  readonly text: string;
  /** With values for its parameters. */
  readonly asked: string;
  readonly weight: number;
  /** Columns it names, by table. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Least cost of anything, so that ratios stay finite. */
const LEAST = 1e-6;

/**
 * Costs of a workload under sets of indexes. A statement is asked for again only when an index that it can use has changed: one that begins with a
 * column it names.
 */
export class WorkloadCost {
  readonly #ask: AskCost;
  readonly #writes: WriteLoad;
  readonly #signal: AbortSignal | undefined;
  readonly #startCost: number;
  readonly #kept = new Map<string, number>();
  /** What could not be costed, and why. */
  readonly failed: Map<string, string> = new Map();
  #statements: readonly CostedStatement[];
  calls = 0;

  constructor(
    statements: readonly CostedStatement[],
    {
      ask,
      writes,
      signal,
      startCost,
    }: {
      readonly ask: AskCost;
      readonly writes: WriteLoad;
      readonly signal: AbortSignal | undefined /** What any statement costs besides its plan. */;
      readonly startCost: number;
    },
  ) {
    this.#statements = statements;
    this.#ask = ask;
    this.#writes = writes;
    this.#signal = signal;
    this.#startCost = startCost;
  }

  /** Statements that the engine plans; known after `begin`. */
  get statements(): readonly CostedStatement[] {
    return this.#statements;
  }

  /** Asks for each statement once without new indexes, and sets aside what the engine refuses. */
  async begin(): Promise<void> {
    for (const statement of this.#statements) {
      try {
        await this.of(statement, []);
      } catch (error) {
        if (!isPerfError(error)) throw error;
        if (error.code === 'ERR_PERF_ABORTED') throw error;
        this.failed.set(statement.text, error.code);
      }
    }
    this.#statements = this.#statements.filter(({ text }) => !this.failed.has(text));
  }

  /** Cost of a statement with these indexes, above 0. */
  async of(statement: CostedStatement, indexes: readonly HypotheticalIndex[]): Promise<number> {
    const usable = indexes.filter((index) => isUsable(index, statement));
    const key = `${statement.asked}\n${usable.map(indexKey).toSorted().join('\n')}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    throwIfAborted(this.#signal, 'the advice');
    this.calls++;
    const cost = await this.#asked(statement, usable);
    this.#kept.set(key, cost);
    return cost;
  }

  /** What the engine refuses with new indexes is worse than anything. */
  async #asked({ asked }: CostedStatement, indexes: readonly HypotheticalIndex[]): Promise<number> {
    try {
      const cost = await this.#ask(asked, indexes, { signal: this.#signal });
      return Number.isNaN(cost) ? Infinity : Math.max(LEAST, cost);
    } catch (error) {
      if (indexes.length > 0 && isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return Infinity;
      throw error;
    }
  }

  /** ln(cost before ÷ cost after), where both include what any statement costs. */
  logRatio(before: number, after: number): number {
    return Math.log((before + this.#startCost) / (after + this.#startCost));
  }

  /** Σ weight · ln(cost before ÷ cost after), less what writes lose. */
  async gain(before: readonly HypotheticalIndex[], after: readonly HypotheticalIndex[]): Promise<number> {
    let gain = this.#writes.penalty(before) - this.#writes.penalty(after);
    const changed = difference(before, after);
    for (const statement of this.#statements) {
      if (!changed.some((index) => isUsable(index, statement))) continue;
      gain +=
        statement.weight * this.logRatio(await this.of(statement, before), await this.of(statement, after));
    }
    return gain;
  }
}

/** Whether a statement can use an index at all: it names the first column, and that of the condition. */
export function isUsable(
  { table, columns, only }: HypotheticalIndex,
  { columns: named }: { readonly columns: ReadonlyMap<string, ReadonlySet<string>> },
): boolean {
  const ofTable = named.get(table);
  const [first] = columns;
  return (
    ofTable !== undefined &&
    first !== undefined &&
    ofTable.has(first.name) &&
    (only === undefined || ofTable.has(only.column))
  );
}

function difference(
  before: readonly HypotheticalIndex[],
  after: readonly HypotheticalIndex[],
): readonly HypotheticalIndex[] {
  const [old, fresh] = [new Set(before.map(indexKey)), new Set(after.map(indexKey))];
  return [
    ...before.filter((index) => !fresh.has(indexKey(index))),
    ...after.filter((index) => !old.has(indexKey(index))),
  ];
}
