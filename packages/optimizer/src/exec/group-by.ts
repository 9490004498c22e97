import type { Aggregate } from '@perf/contracts';
import type { Accumulator } from './accumulator.ts';
import { accumulators } from './accumulator.ts';
import { cellForm } from './cell-form.ts';
import type { RowRecord } from './cell-reader.ts';
import { cellReader, isCell } from './cell-reader.ts';
import type { Slot } from './row-test.ts';

/** An aggregate over the rows of a group. */
export interface GroupAggregate {
  readonly aggregate: Aggregate;
  /** What is aggregated; absent: `count` counts rows. */
  readonly of?: Slot;
}

/**
 * Groups rows by `keys` and aggregates each group: one array a group, the keys' values first, then the aggregates', with the types
 * that `aggregateType` tells. Groups come in the order of their first rows, whose cells the keys show; null is a group of its own.
 * Without keys all rows are one group, also where there is none. Throws `ERR_PERF_INVALID_VALUE` for a sum outside of int64.
 *
 * @example
 * groupBy(rows, [{ key: 'origin', type: { kind: 'utf8' } }], [{ aggregate: 'count' }]); // [['SFO', 12n], ['DEN', 7n]]
 */
export function groupBy(
  rows: readonly RowRecord[],
  keys: readonly Slot[],
  aggregates: readonly GroupAggregate[],
): unknown[][] {
  const makers = aggregates.map(({ aggregate, of }) =>
    accumulators(aggregate, of?.type ?? { kind: 'int64' }),
  );
  const readers = aggregates.map(({ of }) => (of === undefined ? undefined : cellReader(of.key)));
  const groups = new GroupIndex<readonly Accumulator[]>(keys, () => makers.map((make) => make()));
  if (keys.length === 0) groups.of({});
  for (const row of rows) {
    const group = groups.of(row);
    for (let i = 0; i < group.length; i++) {
      const reader = readers[i];
      const cell = reader === undefined ? true : reader(row);
      if (cell !== null) group[i]?.add(cell);
    }
  }
  const shown = keys.map(({ key }) => cellReader(key));
  return groups.all.map(({ first, item }) => [
    ...shown.map((cell) => cell(first)),
    ...item.map((accumulator) => accumulator.result()),
  ]);
}

/** The first row of each set of rows that are equal in `keys`, in their order; two nulls are equal here. */
export function distinctRows<Row extends RowRecord>(rows: readonly Row[], keys: readonly Slot[]): Row[] {
  const seen = new GroupIndex<{ taken: boolean }>(keys, () => ({ taken: false }));
  return rows.filter((row) => {
    const group = seen.of(row);
    const isNew = !group.taken;
    group.taken = true;
    return isNew;
  });
}

/** What belongs to each combination of keys: a map in a map for every key, so that no key has to be written as text. */
class GroupIndex<Item> {
  /** In the order of their first rows. */
  readonly all: { readonly first: RowRecord; readonly item: Item }[] = [];
  readonly #readers: readonly ((row: RowRecord) => unknown)[];
  readonly #make: () => Item;
  readonly #root: Level<Item> = { next: undefined, item: undefined };

  constructor(keys: readonly Slot[], make: () => Item) {
    this.#make = make;
    this.#readers = keys.map(({ key, type }) => {
      const cell = cellReader(key);
      const { read } = cellForm(type);
      return read === undefined
        ? cell
        : (row) => {
            const found = cell(row);
            return isCell(found) ? read(found) : null;
          };
    });
  }

  of(row: RowRecord): Item {
    let level = this.#root;
    for (const read of this.#readers) {
      const value = read(row);
      level.next ??= new Map();
      let next = level.next.get(value);
      if (next === undefined) {
        next = { next: undefined, item: undefined };
        level.next.set(value, next);
      }
      level = next;
    }
    return level.item ?? this.#added(level, row);
  }

  #added(level: Level<Item>, row: RowRecord): Item {
    const item = this.#make();
    level.item = item;
    this.all.push({ first: row, item });
    return item;
  }
}

interface Level<Item> {
  next: Map<unknown, Level<Item>> | undefined;
  item: Item | undefined;
}
