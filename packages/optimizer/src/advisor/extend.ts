import type { HypotheticalIndex } from '@perf/contracts';
import type { CandidateContext } from './candidates.ts';
import { extensionsOf } from './candidates.ts';
import { indexKey, isCoveredBy } from './index-shape.ts';
import type { TableUse } from './table-uses.ts';
import type { WorkloadCost } from './workload-cost.ts';

/** What the search may use. */
export interface ExtendOptions {
  readonly costs: WorkloadCost;
  readonly candidates: readonly HypotheticalIndex[];
  readonly uses: readonly TableUse[];
  readonly context: CandidateContext;
  /** Indexes and keys that there are. */
  readonly standing: readonly HypotheticalIndex[];
  readonly bytesOf: (index: HypotheticalIndex) => number;
  readonly budgetBytes: number;
  /** True when time has run out. */
  readonly isOver: () => boolean;
  readonly onStep: (chosen: number) => void;
}

/** Times that it is begun again after an index was given up. */
const MOST_ROUNDS = 8;
/** A gain below this is none. */
const LEAST_GAIN = 0.05;

/** A set of indexes to go on with. */
interface Move {
  readonly next: readonly HypotheticalIndex[];
  readonly gain: number;
  readonly ratio: number;
}

/**
 * Picks indexes one step after another, each time the one that gains most for its bytes: a new one, or a column behind one that is picked already
 * (Extend; Schlosser, Kossmann and Boissier, ICDE 2019). Then takes away what later picks have made needless. What is picked holds after each step.
 */
export class Extend {
  readonly #options: ExtendOptions;
  #chosen: readonly HypotheticalIndex[] = [];
  isComplete = true;

  constructor(options: ExtendOptions) {
    this.#options = options;
  }

  async run(): Promise<readonly HypotheticalIndex[]> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await this.#grow();
      const isChanged = [await this.#remove(), await this.#exchange()].includes(true);
      if (!isChanged || this.#options.isOver()) break;
    }
    if (this.#options.isOver()) this.isComplete = false;
    return this.#chosen;
  }

  async #grow(): Promise<void> {
    // Gains of an earlier step only shrink as a rule: a move is asked again when its old gain would still win.
    const known = new Map<string, Move>();
    for (;;) {
      const best = await this.#best(known);
      if (best === undefined || best.gain <= LEAST_GAIN) return;
      this.#chosen = best.next;
      this.#options.onStep(this.#chosen.length);
      if (this.#options.isOver()) return;
    }
  }

  async #best(known: Map<string, Move>): Promise<Move | undefined> {
    let best: Move | undefined;
    const moves = this.#moves()
      .map(({ key, next }) => ({ key, next, hoped: known.get(key)?.ratio ?? Infinity }))
      .toSorted((a, b) => b.hoped - a.hoped);
    for (const { key, next, hoped } of moves) {
      if (best !== undefined && hoped < best.ratio * HOPE) break;
      if (this.#options.isOver()) {
        this.isComplete = false;
        break;
      }
      const gain = await this.#options.costs.gain(this.#chosen, next);
      const more = this.#bytes(next) - this.#bytes(this.#chosen);
      const move = { next, gain, ratio: gain / Math.max(1, more) };
      known.set(key, move);
      if (gain > LEAST_GAIN && (best === undefined || move.ratio > best.ratio)) best = move;
    }
    return best;
  }

  /** Sets that are one step away and fit the budget. */
  #moves(): readonly { readonly key: string; readonly next: readonly HypotheticalIndex[] }[] {
    const { candidates, uses, context, budgetBytes } = this.#options;
    const added = candidates.map((index) => ({ key: indexKey(index), next: this.#with(index) }));
    const longer = this.#chosen.flatMap((index) =>
      extensionsOf(index, uses, context).map((wider) => ({ key: indexKey(wider), next: this.#with(wider) })),
    );
    return [...new Map([...added, ...longer].map((move) => [move.key, move])).values()].flatMap(
      ({ key, next }) => (next !== undefined && this.#bytes(next) <= budgetBytes ? [{ key, next }] : []),
    );
  }

  /** The chosen ones with this index, without those that it makes needless; undefined when one makes it needless. */
  #with(
    index: HypotheticalIndex,
    chosen: readonly HypotheticalIndex[] = this.#chosen,
  ): readonly HypotheticalIndex[] | undefined {
    if ([...this.#options.standing, ...chosen].some((other) => isCoveredBy(index, other))) return undefined;
    return [...chosen.filter((other) => !isCoveredBy(other, index)), index];
  }

  /** Takes away each index whose loss is no loss. Gives back whether there was one. */
  async #remove(): Promise<boolean> {
    let isChanged = false;
    for (const index of this.#chosen) {
      if (this.#options.isOver()) return isChanged;
      const without = this.#chosen.filter((other) => other !== index);
      if ((await this.#options.costs.gain(without, this.#chosen)) > LEAST_GAIN) continue;
      this.#chosen = without;
      isChanged = true;
    }
    return isChanged;
  }

  /** Where the budget is used up: gives an index up for one that gains more. Gives back whether there was one. */
  async #exchange(): Promise<boolean> {
    const { costs, candidates, budgetBytes, isOver } = this.#options;
    let best: { readonly next: readonly HypotheticalIndex[]; readonly gain: number } | undefined;
    for (const given of this.#chosen) {
      const rest = this.#chosen.filter((other) => other !== given);
      for (const index of candidates) {
        const next = this.#with(index, rest);
        if (next === undefined || this.#bytes(next) > budgetBytes) continue;
        // One that fits anyway has been tried.
        if (this.#bytes([...this.#chosen, index]) <= budgetBytes) continue;
        if (isOver()) {
          this.isComplete = false;
          break;
        }
        const gain = await costs.gain(this.#chosen, next);
        if (gain > Math.max(LEAST_GAIN, best?.gain ?? 0)) best = { next, gain };
      }
    }
    this.#chosen = best?.next ?? this.#chosen;
    return best !== undefined;
  }

  #bytes(indexes: readonly HypotheticalIndex[]): number {
    return indexes.reduce((sum, index) => sum + this.#options.bytesOf(index), 0);
  }
}

/** A move is asked again as long as its old ratio is at least this share of the best one: some gains grow beside others. */
const HOPE = 0.5;
