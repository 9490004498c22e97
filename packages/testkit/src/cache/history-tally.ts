import { checkHistory } from './check-history.ts';
import type { StaleRead } from './check-history.ts';
import type { HistoryRecord } from './history-log.ts';
import { historyRecords } from './history-log.ts';
import { planHistory } from './history-plan.ts';

/** What many histories showed together. */
export interface HistoryTotals {
  /** Whole histories: those that `checkHistory` says are. */
  histories: number;
  /** Histories that were run and are not whole. */
  incomplete: number;
  operations: number;
  staleReads: number;
  crossReads: number;
  delayedCrossReads: number;
  clears: number;
  failed: number;
  hung: number;
  wrong: number;
}

/** Examples of stale reads that are kept. */
const EXAMPLES = 20;
/** A clear this long before a history cannot concern it: its keys did not exist. */
const PAST_MS = 1000;

/** Gathers the logs of all nodes and judges each history once all of its lines are there. */
export class HistoryTally {
  readonly totals: HistoryTotals = {
    histories: 0,
    incomplete: 0,
    operations: 0,
    staleReads: 0,
    crossReads: 0,
    delayedCrossReads: 0,
    clears: 0,
    failed: 0,
    hung: 0,
    wrong: 0,
  };
  /** The first stale reads. */
  readonly examples: StaleRead[] = [];
  readonly #seed: number;
  readonly #nodes: number;
  readonly #records = new Map<number, HistoryRecord[]>();
  #clears: HistoryRecord[] = [];

  constructor({ seed, nodes }: { readonly seed: number; readonly nodes: number }) {
    this.#seed = seed;
    this.#nodes = nodes;
  }

  /** Takes in what one node did. */
  add(log: Float64Array): void {
    for (const record of historyRecords(log)) {
      if (record.history < 0) {
        this.#clears.push(record);
        this.totals.clears++;
        if (record.outcome === 'failed') this.totals.failed++;
        if (record.outcome === 'hung') this.totals.hung++;
        continue;
      }
      const records = this.#records.get(record.history);
      if (records === undefined) this.#records.set(record.history, [record]);
      else records.push(record);
    }
  }

  /** Judges histories `first` to below `end`, whose lines are all in, and those of later clears that may concern them. */
  judge(first: number, end: number): void {
    let oldest = Infinity;
    for (let history = first; history < end; history++) {
      const records = this.#records.get(history) ?? [];
      this.#records.delete(history);
      for (const { start } of records) oldest = Math.min(oldest, start);
      this.#judgeOne(history, records);
    }
    if (oldest < Infinity) this.#clears = this.#clears.filter((clear) => clear.end > oldest - PAST_MS);
  }

  #judgeOne(history: number, records: readonly HistoryRecord[]): void {
    const plan = planHistory({ seed: this.#seed, history, nodes: this.#nodes });
    const report = checkHistory(plan, records, this.#clears);
    const { totals } = this;
    if (report.isWhole) totals.histories++;
    else totals.incomplete++;
    totals.operations += report.operations;
    totals.staleReads += report.stale.length;
    totals.crossReads += report.crossReads;
    totals.delayedCrossReads += report.delayedCrossReads;
    totals.failed += report.failed;
    totals.hung += report.hung;
    totals.wrong += report.wrong;
    this.examples.push(...report.stale.slice(0, Math.max(0, EXAMPLES - this.examples.length)));
  }
}
