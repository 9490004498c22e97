import type { Estimate } from '../selectivity.ts';
import { call, column } from '../sql/expr.ts';
import type { Selectivity } from '../sql/selectivity-of.ts';
import { circleShare } from './circle-share.ts';
import type { TableColumn } from './equal-share.ts';
import { equalShare } from './equal-share.ts';
import type { EqualColumns, JoinParts, JoinedTable } from './join-query.ts';
import type { Hub, JoinTree } from './join-tree.ts';
import { joinTree } from './join-tree.ts';
import { rowCondition } from './row-condition.ts';
import type { SampleIndex } from './sample-index.ts';
import type { WalkEstimate, WalkedTable } from './sample-walk.ts';
import { SampleWalk } from './sample-walk.ts';

/** Estimates one join by kept rows, and what these do not tell by statistics. */
export class SampleJoin {
  readonly #parts: JoinParts;
  readonly #tree: JoinTree;
  readonly #tables: readonly WalkedTable[];
  readonly #selectivity: Selectivity;
  #isDefault = false;
  /** Share of conditions that kept rows cannot be asked about. */
  #share = 1;

  constructor(parts: JoinParts, index: SampleIndex, selectivity: Selectivity) {
    this.#parts = parts;
    this.#selectivity = selectivity;
    this.#tree = joinTree(parts, index);
    this.#tables = parts.tables.flatMap((table) => this.#walked(table, index) ?? []);
  }

  estimate(): { readonly rows: number; readonly isDefault: boolean } {
    let rows = this.#share;
    for (const group of this.#groups()) rows *= this.#rowsOf(group);
    for (const equal of this.#tree.left) rows *= this.#equalShare(equal);
    for (const condition of this.#parts.others) rows *= this.#known(this.#selectivity.of(condition));
    return { rows, isDefault: this.#isDefault };
  }

  #walked({ alias, table, filters }: JoinedTable, index: SampleIndex): WalkedTable | undefined {
    const pool = index.tables.get(table.name);
    if (pool === undefined) return undefined;
    const types = new Map(table.columns.map(({ name, type }) => [name, type]));
    const weights = new Float64Array(pool.length).fill(1);
    for (const filter of filters) {
      const passes = rowCondition(filter, { alias, pool, typeOf: (name) => types.get(name) });
      if (passes === undefined) this.#share *= this.#known(this.#selectivity.of(filter));
      else
        for (let row = 0; row < pool.length; row++) if (weights[row] !== 0 && !passes(row)) weights[row] = 0;
    }
    return { alias, pool, weights };
  }

  #known({ value, isDefault }: Estimate): number {
    if (isDefault) this.#isDefault = true;
    return value;
  }

  /** Tables that hubs join with each other. */
  #groups(): readonly (readonly WalkedTable[])[] {
    const groups: WalkedTable[][] = [];
    const left = new Set(this.#tables);
    for (const table of this.#tables) {
      if (!left.delete(table)) continue;
      const group = [table];
      for (const { alias } of group)
        for (const { members } of this.#tree.hubs)
          if (members.some((member) => member.alias === alias))
            for (const other of left)
              if (members.some((member) => member.alias === other.alias) && left.delete(other))
                group.push(other);
      groups.push(group);
    }
    return groups;
  }

  /** Rows of tables that meet: from wherever the walk is surest. */
  #rowsOf(group: readonly WalkedTable[]): number {
    const walk = new SampleWalk(group, this.#hubsOf(group));
    const [best] = [
      ...this.#hubsOf(group).map((hub) => walk.fromHub(hub)),
      ...group.map(({ alias }) => walk.fromTable(alias)),
    ].toSorted((a, b) => a.relativeVariance - b.relativeVariance);
    if (best !== undefined && best.relativeVariance < Number.POSITIVE_INFINITY) return middle(best);
    if (this.#isWhole(group)) return 0;
    return this.#unseen(group);
  }

  /** Whether every row and every key was kept. */
  #isWhole(group: readonly WalkedTable[]): boolean {
    return (
      group.every(({ pool }) => pool.even === pool.rows) &&
      this.#hubsOf(group).every(({ domain: { chances, kinds } }) => chances.length === kinds.length)
    );
  }

  /**
   * No kept rows meet. What there would be if conditions had nothing to do with each other is taken for less the more kept rows should have
   * met then; and of what is left, the middle between it and one row.
   */
  #unseen(group: readonly WalkedTable[]): number {
    const open = group.map((table) => ({ ...table, weights: new Float64Array(table.pool.length).fill(1) }));
    const walk = new SampleWalk(open, this.#hubsOf(group));
    const all = Math.max(...open.map(({ alias }) => walk.fromTable(alias).rows));
    const share = group.reduce((product, table) => product * this.#filterShare(table), 1);
    const expected = share * Math.max(...group.map(({ pool }) => pool.even));
    const rows = (all * share) / (1 + expected) ** 2;
    return rows > 1 ? Math.sqrt(rows) : rows;
  }

  /** Share of a table that passes its filters, each on its own. */
  #filterShare({ alias, pool }: WalkedTable): number {
    const joined = this.#parts.tables.find((table) => table.alias === alias);
    const types = new Map(joined?.table.columns.map(({ name, type }) => [name, type]));
    return (joined?.filters ?? []).reduce((share, filter) => {
      const passes = rowCondition(filter, { alias, pool, typeOf: (name) => types.get(name) });
      if (passes === undefined) return share;
      let passing = 0;
      for (let row = 0; row < pool.even; row++) if (passes(row)) passing++;
      if (passing > 0) return (share * passing) / pool.even;
      return share * Math.min(this.#selectivity.of(filter).value, 1 / Math.max(1, pool.even));
    }, 1);
  }

  #hubsOf(group: readonly WalkedTable[]): readonly Hub[] {
    return this.#tree.hubs.filter(({ members }) =>
      members.some((member) => group.some(({ alias }) => alias === member.alias)),
    );
  }

  /** Share of pairs of rows that are equal, of columns that no domain knows. */
  #equalShare({ members }: EqualColumns): number {
    const [first, ...others] = members;
    if (first === undefined) return 1;
    const seen = this.#column(first);
    return others.reduce((share, member) => {
      const other = this.#column(member);
      const known = seen === undefined || other === undefined ? undefined : this.#pairShare(seen, other);
      if (known !== undefined) return share * known;
      this.#isDefault = true;
      const equality = call('=', column(first.alias, first.column), column(member.alias, member.column));
      return share * this.#selectivity.of(equality).value;
    }, 1);
  }

  #pairShare(a: TableColumn, b: TableColumn): number | undefined {
    const hub = this.#tree.hubs.find(({ members }) =>
      [a, b].every(({ table }) => members.some(({ alias }) => alias === table.alias)),
    );
    return (hub === undefined ? undefined : circleShare(hub, a, b)) ?? equalShare(a, b);
  }

  #column({ alias, column: name }: EqualColumns['members'][number]): TableColumn | undefined {
    const table = this.#tables.find((each) => each.alias === alias);
    return table === undefined ? undefined : { table, column: name };
  }
}

/** The middle of what is likely: of a log-normal law it is below the mean, and by much where the mean is unsure. */
function middle({ rows, relativeVariance }: WalkEstimate): number {
  return rows / Math.sqrt(1 + relativeVariance);
}
