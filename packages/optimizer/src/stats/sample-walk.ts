import type { Sums } from './key-sums.ts';
import { keySums } from './key-sums.ts';
import type { Hub, HubMember } from './join-tree.ts';
import type { Pool } from './sample-index.ts';

/** A table of the join as the walk sees it. */
export interface WalkedTable {
  readonly alias: string;
  readonly pool: Pool;
  /** Of each row of the pool how much of it counts: 0 when a filter refuses it. */
  readonly weights: Float64Array;
}

/** Rows of a join, and their variance ÷ rows². */
export interface WalkEstimate {
  readonly rows: number;
  readonly relativeVariance: number;
}

/** How far off, as a share, all guesses of one walk may be together. */
const GUESS_ERROR = 0.5;
const NOTHING: Sums = {
  values: new Float64Array(),
  variances: new Float64Array(),
  guessed: new Float64Array(),
};

/**
 * Rows of a join of tables that meet in hubs without circles, from one starting point: messages of how many joined rows hang on each key and
 * row, from the leaves inwards. The rows of a key are estimated from those kept of it, those of a key without kept rows from its number of rows.
 */
export class SampleWalk {
  readonly #tables: ReadonlyMap<string, WalkedTable>;
  readonly #hubsOf = new Map<string, { readonly hub: Hub; readonly member: HubMember }[]>();
  readonly #sums = new Map<HubMember, Sums>();
  readonly #counting = new Map<HubMember, Uint8Array>();

  constructor(tables: readonly WalkedTable[], hubs: readonly Hub[]) {
    this.#tables = new Map(tables.map((table) => [table.alias, table]));
    for (const hub of hubs)
      for (const member of hub.members)
        this.#hubsOf.set(member.alias, [...(this.#hubsOf.get(member.alias) ?? []), { hub, member }]);
  }

  /** Starts from the keys of a hub, each by its chance. */
  fromHub({ domain, members }: Hub): WalkEstimate {
    const sums = members.map((member) => this.#sumsOf(member));
    let [rows, variance, guess] = [0, 0, 0];
    for (let key = 0; key < domain.chances.length; key++) {
      const chance = domain.chances[key] ?? 1;
      let [product, relative, known] = [1 / chance, 0, 1];
      for (const { values, variances, guessed } of sums) {
        product *= values[key] ?? 0;
        relative += variances[key] ?? 0;
        known *= 1 - (guessed[key] ?? 0);
      }
      rows += product;
      variance += product * product * (1 - chance + relative);
      guess += product * (1 - known);
    }
    return found(rows, variance, guess);
  }

  /** Starts from the even sample of a table. */
  fromTable(alias: string): WalkEstimate {
    const table = this.#tables.get(alias);
    if (table === undefined || table.pool.even === 0) return { rows: 0, relativeVariance: 0 };
    const { even, rows: all } = table.pool;
    const { values, guessed } = this.#weightsOf(table, undefined, even);
    let [sum, squares, guess] = [0, 0, 0];
    for (let row = 0; row < even; row++) {
      const weight = values[row] ?? 0;
      sum += weight;
      squares += weight * weight;
      guess += weight * (guessed[row] ?? 0);
    }
    const scale = all / even;
    let variance = Math.max(0, squares - (sum * sum) / even) * (1 - Math.min(1, even / all));
    for (const { hub, member } of this.#hubsOf.get(alias) ?? [])
      variance += this.#sharedVariance(hub, member, values);
    return found(sum * scale, variance * scale * scale, guess * scale);
  }

  /** What the uncertainty of keys adds to the variance of the sum of an even sample: rows of one key err together. */
  #sharedVariance(hub: Hub, member: HubMember, weights: Float64Array): number {
    const even = this.#tables.get(member.alias)?.pool.even ?? 0;
    const { keys, counts } = member.port;
    const byKey = new Float64Array(counts.length);
    for (let row = 0; row < even; row++) {
      const key = keys[row] ?? -1;
      if (key >= 0) byKey[key] = (byKey[key] ?? 0) + (weights[row] ?? 0);
    }
    let variance = 0;
    for (const other of hub.members) {
      if (other === member) continue;
      const { variances } = this.#sumsOf(other);
      for (let key = 0; key < byKey.length; key++) variance += (byKey[key] ?? 0) ** 2 * (variances[key] ?? 0);
    }
    return variance;
  }

  /** Joined rows that hang on each row of a table, but for those through one hub. @param length rows of the pool that are asked for */
  #weightsOf({ alias, weights }: WalkedTable, except: Hub | undefined, length = weights.length): Sums {
    const values = weights.slice(0, length);
    const variances = new Float64Array(length);
    const guessed = new Float64Array(length);
    for (const { hub, member } of this.#hubsOf.get(alias) ?? []) {
      if (hub === except) continue;
      for (const other of hub.members) {
        if (other === member) continue;
        const sums = this.#sumsOf(other);
        const { keys } = member.port;
        for (let row = 0; row < length; row++) {
          if (values[row] === 0) continue;
          const key = keys[row] ?? -1;
          values[row] = (values[row] ?? 0) * (sums.values[key] ?? 0);
          variances[row] = (variances[row] ?? 0) + (sums.variances[key] ?? 0);
          guessed[row] = 1 - (1 - (guessed[row] ?? 0)) * (1 - (sums.guessed[key] ?? 0));
        }
      }
    }
    return { values, variances, guessed };
  }

  /** Joined rows that hang on each key of a hub through one of its tables. */
  #sumsOf(member: HubMember): Sums {
    const known = this.#sums.get(member);
    if (known !== undefined) return known;
    const table = this.#tables.get(member.alias);
    const hub = this.#hubsOf.get(member.alias)?.find((each) => each.member === member)?.hub;
    if (table === undefined || hub === undefined) return NOTHING;
    const others = hub.members
      .filter((each) => each !== member)
      .map((other) => this.#countingOf(other, hub.domain.chances.length));
    const sums = keySums({
      domain: hub.domain,
      port: member.port,
      weights: this.#weightsOf(table, hub),
      isRelevant: (key) => others.every((counting) => counting[key] === 1),
    });
    this.#sums.set(member, sums);
    return sums;
  }

  /** Of each sampled key whether a row kept of it counts, by the conditions on its own table. */
  #countingOf(member: HubMember, sampled: number): Uint8Array {
    const known = this.#counting.get(member);
    if (known !== undefined) return known;
    const { starts, rows } = member.port;
    const weights = this.#tables.get(member.alias)?.weights ?? new Float64Array();
    const counting = new Uint8Array(sampled);
    for (let key = 0; key < sampled; key++)
      for (let i = starts[key] ?? 0; i < (starts[key + 1] ?? 0) && counting[key] === 0; i++)
        if ((weights[rows[i] ?? 0] ?? 0) > 0) counting[key] = 1;
    this.#counting.set(member, counting);
    return counting;
  }
}

function found(rows: number, variance: number, guess: number): WalkEstimate {
  if (rows === 0) return { rows, relativeVariance: Number.POSITIVE_INFINITY };
  return { rows, relativeVariance: variance / rows ** 2 + ((GUESS_ERROR * guess) / rows) ** 2 };
}
