import type {
  Catalog,
  CatalogColumn,
  ColumnStatistics,
  HypotheticalIndex,
  IndexColumn,
  QueryStatistics,
} from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';
import { indexKey } from './index-shape.ts';
import type { TableUse } from './table-uses.ts';

/** Most columns of an index: more have not paid. */
const MOST_COLUMNS = 3;
/** Text longer than this, on average, makes an index as large as its table. */
const LONG_BYTES = 100;
/** A condition is worth a partial index when it refuses this share of rows at least. */
const REFUSED = 0.3;

/** What candidates are made from. */
export interface CandidateContext {
  readonly dialect: SqlName;
  readonly catalog: Catalog;
  readonly statistics: QueryStatistics;
}

/** Indexes that a use of a table may want, each once. */
export function candidatesOf(
  uses: readonly TableUse[],
  context: CandidateContext,
): readonly HypotheticalIndex[] {
  const found = new Map<string, HypotheticalIndex>();
  for (const use of uses)
    for (const index of new UseCandidates(use, context).all()) found.set(indexKey(index), index);
  return [...found.values()];
}

/** Columns that may be put behind those of an index: whatever a use that names all of its columns does with others. */
export function extensionsOf(
  index: HypotheticalIndex,
  uses: readonly TableUse[],
  context: CandidateContext,
): readonly HypotheticalIndex[] {
  if (index.columns.length >= MOST_COLUMNS) return [];
  const names = index.columns.map(({ name }) => name);
  const found = new Map<string, HypotheticalIndex>();
  for (const use of uses) {
    if (use.table !== index.table || !names.every((name) => use.mentioned.has(name))) continue;
    for (const column of new UseCandidates(use, context).columns()) {
      if (names.includes(column.name)) continue;
      const longer = { ...index, columns: [...index.columns, column] };
      found.set(indexKey(longer), longer);
    }
  }
  return [...found.values()];
}

class UseCandidates {
  readonly #use: TableUse;
  readonly #context: CandidateContext;
  readonly #columns: ReadonlyMap<string, CatalogColumn>;

  constructor(use: TableUse, context: CandidateContext) {
    this.#use = use;
    this.#context = context;
    this.#columns = new Map(
      context.catalog.tables.get(use.table)?.columns.map((column) => [column.name, column]),
    );
  }

  all(): readonly HypotheticalIndex[] {
    const single = this.columns().map((column) => [column]);
    const whole = [...single, ...this.#composites()].map((columns): HypotheticalIndex =>
      this.#index(columns),
    );
    return [...whole, ...this.#partial(whole)];
  }

  /** Each column that is searched, joined, ordered or grouped by; descending where every order has it so. */
  columns(): readonly IndexColumn[] {
    const { equal, joined, ranged, orders, groups } = this.#use;
    const names = new Set([
      ...equal,
      ...joined,
      ...ranged,
      ...orders.flat().map(({ name }) => name),
      ...groups.flat(),
    ]);
    return [...names].filter((name) => this.#isFit(name)).map((name) => this.#directed(name));
  }

  #directed(name: string): IndexColumn {
    const { orders, equal, joined } = this.#use;
    const wanted = orders.flat().filter((column) => column.name === name);
    const isDescending = wanted.length > 0 && wanted.every(({ direction }) => direction === 'desc');
    return isDescending && !equal.has(name) && !joined.has(name) ? { name, direction: 'desc' } : { name };
  }

  /** What is equal or joined first, then an order, a range or a group. */
  #composites(): readonly (readonly IndexColumn[])[] {
    const { joined, ranged, orders, groups } = this.#use;
    const equal = this.#mostDistinct();
    const asColumns = (names: readonly string[]): readonly IndexColumn[] => names.map((name) => ({ name }));
    const heads = [
      [],
      equal.slice(0, 1),
      equal.slice(0, 2),
      ...[...joined].flatMap((name) => [
        [name],
        ...equal.slice(0, 2).flatMap((one) => [
          [name, one],
          [one, name],
        ]),
      ]),
      ...(joined.size > 1 ? [[...joined]] : []),
    ].map(asColumns);
    const tails = [
      [],
      ...orders,
      ...[...ranged].map((name) => asColumns([name])),
      ...groups.map(asColumns),
      ...orders.flatMap((order) => [...ranged].map((name) => [...asColumns([name]), ...order])),
    ];
    return heads
      .flatMap((head) => tails.map((tail) => this.#joined(head, tail)))
      .filter(({ length }) => length > 1);
  }

  #joined(head: readonly IndexColumn[], tail: readonly IndexColumn[]): readonly IndexColumn[] {
    const columns: IndexColumn[] = [];
    for (const column of [...head, ...tail])
      if (this.#isFit(column.name) && !columns.some(({ name }) => name === column.name))
        columns.push(this.#context.dialect === 'duckdb' ? { name: column.name } : column);
    return columns.slice(0, MOST_COLUMNS);
  }

  /** The same with the rows left out that a condition of the use refuses. */
  #partial(whole: readonly HypotheticalIndex[]): readonly HypotheticalIndex[] {
    const { dialect } = this.#context;
    if (dialect !== 'postgres' && dialect !== 'sqlite') return [];
    return this.#conditions().flatMap((only) => {
      const further = whole.filter(
        ({ columns }) => only.is === 'present' || columns.every(({ name }) => name !== only.column),
      );
      const own = this.#index([{ name: only.column }]);
      return [...further, ...(further.length === 0 ? [own] : [])].map((index) => ({ ...index, only }));
    });
  }

  #conditions(): readonly NonNullable<HypotheticalIndex['only']>[] {
    const { flags, present, equal, joined, ranged } = this.#use;
    const absent = (name: string): number => this.#known(name)?.nullFraction ?? 0;
    const compared = [...present, ...equal, ...joined, ...ranged];
    const isTrue = (name: string): number =>
      this.#known(name)?.commonValues?.find(({ value }) => value === true || value === 1 || value === 1n)
        ?.fraction ?? 0;
    return [
      ...[...flags]
        .filter((name) => this.#columns.get(name)?.type.kind === 'bool' && isTrue(name) <= 1 - REFUSED)
        .map((column) => ({ column, is: 'true' as const })),
      ...[...new Set(compared)]
        .filter((name) => absent(name) >= REFUSED && (present.has(name) || !this.#isNullAsked(name)))
        .map((column) => ({ column, is: 'present' as const })),
    ];
  }

  /** `equal` holds IS NULL too, which such an index does not answer; the engine's plan tells, ours does not. */
  #isNullAsked(name: string): boolean {
    return this.#use.equal.has(name) && !this.#use.present.has(name);
  }

  #mostDistinct(): readonly string[] {
    const distinct = (name: string): number => this.#known(name)?.distinct ?? 1;
    return [...this.#use.equal]
      .filter((name) => this.#isFit(name))
      .toSorted((a, b) => distinct(b) - distinct(a));
  }

  #isFit(name: string): boolean {
    const kind = this.#columns.get(name)?.type.kind;
    if (kind === undefined || kind === 'json' || kind === 'list' || kind === 'binary') return false;
    return (this.#known(name)?.averageBytes ?? 0) <= LONG_BYTES;
  }

  #known(name: string): ColumnStatistics | undefined {
    return this.#context.statistics.tables.get(this.#use.table)?.columns.get(name);
  }

  #index(columns: readonly IndexColumn[]): HypotheticalIndex {
    return { table: this.#use.table, columns };
  }
}
