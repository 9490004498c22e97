import type { Catalog, CatalogColumn, CatalogTable, QueryStatistics } from '@perf/contracts';
import type { SeededRandom } from '@perf/testkit/inputs';
import { seededRandom } from '@perf/testkit/inputs';

/** `name type`, a question mark where null may stand, `>` before what a column refers to. Each table has a key `id`. */
const SHOP: Readonly<Record<string, string>> = {
  customers: 'name text, country text, segment text?, signup date, credit decimal?',
  suppliers: 'name text, country text, rating double?',
  categories: 'name text, parent int?',
  products: 'category int>categories, supplier int>suppliers, name text, price decimal, added date',
  orders: 'customer int>customers, status text, priority int?, placed timestamp, total decimal, coupon text?',
  items: 'ordered int>orders, product int>products, quantity int, price decimal, discount double?',
  payments: 'ordered int>orders, method text, amount decimal, paid date?',
  shipments: 'ordered int>orders, carrier text, shipped date?, delivered date?',
  reviews: 'product int>products, customer int>customers, rating int, written date',
};

/** The catalogue of the shop that the statements ask. */
export function shopCatalog(): Catalog {
  const tables = Object.entries(SHOP).map(([name, text]): CatalogTable => {
    const columns = text.split(', ').map(columnOf);
    const foreignKeys = text.split(', ').flatMap((column) => {
      const [, table] = column.split('>');
      const [own = ''] = column.split(' ');
      return table === undefined ? [] : { columns: [own], table, references: ['id'], enforced: true };
    });
    return { name, columns: [columnOf('id int'), ...columns], uniqueKeys: [['id']], foreignKeys };
  });
  return { version: '1', tables: new Map(tables.map((table) => [table.name, table])) };
}

/** Rows of each table. */
export function shopStatistics(catalog: Catalog): QueryStatistics {
  const rows = new Map([...catalog.tables.keys()].map((name, i) => [name, 10_000 * (i + 1)]));
  return {
    tables: new Map(
      [...rows].map(([name, count]) => [name, { rows: count, sampledRows: 0, columns: new Map() }]),
    ),
  };
}

/** A statement, and how many steps a plan of it has at least: scans, joins, filters, groups, sorts. */
export interface MadeStatement {
  readonly text: string;
  readonly steps: number;
}

/** Distinct statements of 10 to 60 steps: joins of 2 to 8 tables, subqueries, named queries, groups, in Postgres' words. */
export function madeStatements(catalog: Catalog, count: number, seed: number): readonly MadeStatement[] {
  const random = seededRandom(seed);
  const found = new Map<string, MadeStatement>();
  while (found.size < count) {
    const made = new Maker(catalog, random).statement();
    if (made.steps >= 10 && made.steps <= 60) found.set(made.text, made);
  }
  return [...found.values()];
}

function columnOf(text: string): CatalogColumn {
  const [name = '', word = ''] = text.split(' ');
  const [bare = ''] = word.replace('?', '').split('>');
  const kinds = { int: 'int32', double: 'float64', text: 'utf8', date: 'date' } as const;
  const kind =
    bare === 'int' || bare === 'double' || bare === 'text' || bare === 'date' ? kinds[bare] : undefined;
  const nullable = word.includes('?');
  if (kind !== undefined) return { name, type: { kind }, nullable };
  return bare === 'timestamp'
    ? { name, type: { kind: 'timestamp', unit: 'us' }, nullable, engineType: 'timestamp without time zone' }
    : { name, type: { kind: 'decimal', precision: 12, scale: 2 }, nullable };
}

interface Joined {
  readonly alias: string;
  readonly table: CatalogTable;
}

/** Writes one statement, counting its steps. */
class Maker {
  readonly #catalog: Catalog;
  readonly #random: SeededRandom;
  #steps = 0;
  #aliases = 0;

  constructor(catalog: Catalog, random: SeededRandom) {
    this.#catalog = catalog;
    this.#random = random;
  }

  statement(): MadeStatement {
    const named = this.#random.next() < 0.4;
    const text = named ? this.#withNamed() : this.#select(this.#random.int(2, 8));
    return { text, steps: this.#steps };
  }

  /** A named query of groups, joined with tables. */
  #withNamed(): string {
    const inner = this.#joins(this.#random.int(1, 4));
    const [first] = inner.tables;
    const key = `${first?.alias}.id`;
    const cte = `SELECT ${key} AS key, count(*) AS found, ${this.#measure(inner.tables)} AS measure FROM ${inner.text}${this.#where(inner.tables)} GROUP BY ${key}`;
    const outer = this.#joins(this.#random.int(1, 4), first?.table.name);
    const [other] = outer.tables;
    this.#steps += 3;
    const where = this.#where(outer.tables);
    const condition = `g.found > ${this.#random.int(1, 50)} AND g.key < ${this.#random.int(100, 90_000)}`;
    return `WITH g AS (${cte}) SELECT ${other?.alias}.id, g.found, g.measure FROM ${outer.text} JOIN g ON g.key = ${other?.alias}.id${where === '' ? ' WHERE ' : `${where} AND `}${condition} ORDER BY g.found DESC LIMIT ${this.#random.int(5, 500)}`;
  }

  #select(tables: number): string {
    const { text, tables: joined } = this.#joins(tables);
    const where = this.#where(joined);
    const limit = ` LIMIT ${this.#random.int(5, 500)}`;
    if (this.#random.next() < 0.5) {
      const [key, second] = [this.#column(joined), this.#column(joined)];
      const having = this.#random.next() < 0.3 ? ` HAVING count(*) > ${this.#random.int(1, 20)}` : '';
      this.#steps += 2;
      return `SELECT ${key} AS a, ${second} AS b, count(*) AS found, ${this.#measure(joined)} AS measure FROM ${text}${where} GROUP BY ${key}, ${second}${having} ORDER BY found DESC${limit}`;
    }
    this.#steps += 1;
    const distinct = this.#random.next() < 0.2 ? 'DISTINCT ' : '';
    return `SELECT ${distinct}${joined[0]?.alias}.id, ${this.#column(joined)} AS a FROM ${text}${where} ORDER BY ${joined[0]?.alias}.id${limit}`;
  }

  /** Tables joined along foreign keys in both directions. */
  #joins(count: number, from?: string): { text: string; tables: readonly Joined[] } {
    const tables = [this.#joined(from ?? this.#random.pick([...this.#catalog.tables.keys()]))];
    let text = `${tables[0]?.table.name} ${tables[0]?.alias}`;
    while (tables.length < count) {
      const { alias, table } = this.#random.pick(tables);
      const ways = [
        ...table.foreignKeys.map((key) => ({ to: key.table, own: key.columns[0], other: 'id' })),
        ...[...this.#catalog.tables.values()].flatMap((other) =>
          other.foreignKeys
            .filter((key) => key.table === table.name)
            .map((key) => ({ to: other.name, own: 'id', other: key.columns[0] })),
        ),
      ];
      const way = this.#random.pick(ways);
      const joined = this.#joined(way.to);
      tables.push(joined);
      const kind = this.#random.next() < 0.25 ? 'LEFT JOIN' : 'JOIN';
      text += ` ${kind} ${way.to} ${joined.alias} ON ${alias}.${way.own} = ${joined.alias}.${way.other}`;
      this.#steps += 1;
    }
    return { text, tables };
  }

  #joined(name: string): Joined {
    const table = this.#catalog.tables.get(name);
    if (table === undefined) throw new RangeError(`the shop has no ${name}`);
    this.#steps += 1;
    return { alias: `t${this.#aliases++}`, table };
  }

  #column(tables: readonly Joined[], fits: (column: CatalogColumn) => boolean = () => true): string {
    const all = tables.flatMap(({ alias, table }) =>
      table.columns.filter(fits).map(({ name }) => `${alias}.${name}`),
    );
    return this.#random.pick(all);
  }

  #measure(tables: readonly Joined[]): string {
    const column = this.#column(tables, ({ type }) => type.kind === 'decimal' || type.kind === 'int32');
    return `${this.#random.pick(['sum', 'avg', 'min', 'max'])}(${column})`;
  }

  #where(tables: readonly Joined[]): string {
    const conditions = Array.from({ length: this.#random.int(1, 6) }, () => this.#condition(tables));
    this.#steps += conditions.length;
    return ` WHERE ${conditions.join(' AND ')}`;
  }

  #condition(tables: readonly Joined[]): string {
    const random = this.#random;
    const joined = random.pick(tables);
    const { alias, table } = joined;
    const time = table.columns.find(({ type }) => type.kind === 'timestamp');
    const day = table.columns.find(({ type }) => type.kind === 'date');
    const text = table.columns.find(({ type }) => type.kind === 'utf8');
    const month = `20${random.int(10, 24)}-${String(random.int(1, 12)).padStart(2, '0')}-01`;
    switch (random.int(0, 8)) {
      case 0:
        if (time !== undefined)
          return `date_trunc('month', ${alias}.${time.name}) = TIMESTAMP '${month} 00:00:00'`;
        return `${alias}.id BETWEEN ${random.int(1, 500)} AND ${random.int(600, 90_000)}`;
      case 1:
        return day === undefined
          ? `${alias}.id + ${random.int(1, 9)} = ${random.int(10, 9000)}`
          : `${alias}.${day.name} >= DATE '${month}'`;
      case 2:
        return text === undefined
          ? `${alias}.id IN (${random.int(1, 99)}, ${random.int(100, 999)})`
          : `(${alias}.${text.name} = 'a${random.int(0, 99)}' OR ${alias}.${text.name} = 'b${random.int(0, 99)}')`;
      case 3:
        return this.#subquery(joined, 'exists');
      case 4:
        return this.#subquery(joined, 'count');
      case 5:
        return this.#subquery(joined, 'in');
      case 6:
        return this.#subquery(joined, 'scalar');
      case 7:
        return text === undefined
          ? `${alias}.id <> ${random.int(1, 999)}`
          : `${alias}.${text.name} LIKE 'a${random.int(0, 99)}%'`;
      default:
        return `${alias}.id > ${random.int(1, 9000)}`;
    }
  }

  /** A subquery over a table that refers to this one; where none does, a plain comparison. */
  #subquery({ alias, table }: Joined, form: 'exists' | 'count' | 'in' | 'scalar'): string {
    const other = [...this.#catalog.tables.values()].find(({ foreignKeys }) =>
      foreignKeys.some((key) => key.table === table.name),
    );
    const column = other?.foreignKeys.find((key) => key.table === table.name)?.columns[0];
    if (other === undefined || column === undefined) return `${alias}.id < ${this.#random.int(100, 90_000)}`;
    const { alias: inner } = this.#joined(other.name);
    this.#steps += 2;
    const own = `${inner}.id > ${this.#random.int(1, 900)}`;
    const correlated = `FROM ${other.name} ${inner} WHERE ${inner}.${column} = ${alias}.id AND ${own}`;
    switch (form) {
      case 'exists':
        return `EXISTS (SELECT 1 ${correlated})`;
      case 'count':
        return `(SELECT count(*) ${correlated}) > 0`;
      case 'in':
        return `${alias}.id IN (SELECT ${inner}.${column} FROM ${other.name} ${inner} WHERE ${own})`;
      case 'scalar':
        return `${alias}.id > (SELECT avg(${inner}.id) ${correlated})`;
    }
  }
}
