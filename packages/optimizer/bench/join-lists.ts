import type { SeededRandom } from '@perf/testkit/inputs';
import { seededRandom } from '@perf/testkit/inputs';

/** How the tables of a list hang together. */
export type JoinShape = 'chain' | 'star' | 'snowflake' | 'cycle' | 'clique';

/** A table and how it is filled: rows 1 to `rows`, its columns random values of SQL. */
interface MadeTable {
  readonly name: string;
  readonly rows: number;
  /** Columns beside the key `id`, each with the expression that fills it; `ref…` is looked up by an index where the list has any. */
  readonly columns: Readonly<Record<string, string>>;
}

/** A join list in the order in which a careless author writes it, and the tables it needs. */
export interface MadeJoinList {
  readonly name: string;
  readonly text: string;
  readonly tables: number;
  /** Statements that make and fill the tables. */
  readonly fill: readonly string[];
}

interface Draft {
  readonly tables: readonly MadeTable[];
  /** Each table behind the first with its condition, in order. */
  readonly joins: readonly { readonly table: MadeTable; readonly on: string }[];
  /** Tables that WHERE asks something of. */
  readonly asked: readonly MadeTable[];
}

/** Each of them is in the same number of rows, and there is none that no row has. */
const ATTRIBUTE_VALUES = 40;

/**
 * Made join lists: FROM begins with the biggest table and goes on along the keys, and what WHERE asks for stands in the last tables, as when an
 * author starts with what is counted and adds what is filtered at the end. Nothing is joined without a condition.
 */
export function madeJoinLists(
  shapes: readonly JoinShape[],
  { seed, scale }: { readonly seed: number; readonly scale: number },
): readonly MadeJoinList[] {
  const random = seededRandom(seed);
  return shapes.map((shape, i) => {
    const count = random.int(11, 20);
    const draft = DRAFTS[shape](new Maker(random, `${shape}${i}`, scale), count);
    const isIndexed = random.next() < 0.7;
    return {
      name: `${shape} of ${count}`,
      tables: draft.tables.length,
      text: textOf(draft, random),
      fill: draft.tables.flatMap((table) => fillOf(table, isIndexed)),
    };
  });
}

/** Makes tables under names of their own; 7919 is prime, so that its multiples give every row of a table once. */
class Maker {
  readonly random: SeededRandom;
  readonly #prefix: string;
  readonly #scale: number;
  #made = 0;

  constructor(random: SeededRandom, prefix: string, scale: number) {
    this.random = random;
    this.#prefix = prefix;
    this.#scale = scale;
  }

  /** @param refers to tables, by the name of the column */
  table(rows: number, refers: Readonly<Record<string, MadeTable>> = {}): MadeTable {
    const sized = Math.max(ATTRIBUTE_VALUES, Math.round(rows * this.#scale));
    const references = Object.entries(refers).map(([name, { rows: most }]): [string, string] => {
      // Some references are even, others fall upon few.
      const share = this.random.next() < 0.5 ? 'random()' : 'power(random(), 2)';
      return [name, `1 + floor(${most} * ${share})::int`];
    });
    const columns = Object.fromEntries<string>([
      ...references,
      ['kind', `g % ${ATTRIBUTE_VALUES}`],
      ['amount', 'floor(1000 * random())::int'],
    ]);
    return { name: `${this.#prefix}_${this.#made++}`, rows: sized, columns };
  }

  /** A table with at most one row for each of another. */
  part(whole: MadeTable): MadeTable {
    const made = this.table((whole.rows * (0.5 + this.random.next() / 2)) / this.#scale, { ref: whole });
    return { ...made, columns: { ...made.columns, ref: `1 + (g::int8 * 7919 % ${whole.rows})::int` } };
  }
}

const DRAFTS: Readonly<Record<JoinShape, (maker: Maker, count: number) => Draft>> = {
  /** Each refers to the next, smaller one: events of sessions of users of teams and so on. */
  chain(maker, count) {
    const shrink = (300_000 / 200) ** (1 / (count - 1));
    const made: MadeTable[] = [];
    for (let i = count - 1; i >= 0; i--) {
      const next = made[0];
      made.unshift(maker.table(300_000 / shrink ** i, next === undefined ? {} : { ref: next }));
    }
    const joins = made.slice(1).map((table, i) => ({ table, on: `t${i + 1}.id = t${i}.ref` }));
    return { tables: made.toReversed(), joins, asked: made.slice(-1) };
  },

  /** Facts and what they refer to. */
  star(maker, count) {
    const around = Array.from({ length: count - 1 }, () => maker.table(maker.random.int(100, 20_000)));
    const facts = maker.table(300_000, Object.fromEntries(around.map((table, i) => [`ref${i}`, table])));
    const joins = around.map((table, i) => ({ table, on: `t${i + 1}.id = t0.ref${i}` }));
    return { tables: [...around, facts], joins, asked: around.slice(-2) };
  },

  /** Facts, what they refer to, and what that refers to: branch after branch. */
  snowflake(maker, count) {
    const tables: MadeTable[] = [];
    const branches: MadeTable[][] = [];
    for (let left = count - 1; left > 0;) {
      const branch: MadeTable[] = [];
      const length = Math.min(left, maker.random.int(2, 4));
      for (let i = 0; i < length; i++) {
        const [next] = branch;
        branch.unshift(maker.table(50 * 8 ** i, next === undefined ? {} : { ref: next }));
      }
      tables.push(...branch.toReversed());
      branches.push(branch);
      left -= length;
    }
    const facts = maker.table(
      300_000,
      Object.fromEntries(branches.flatMap(([first], i) => (first === undefined ? [] : [[`ref${i}`, first]]))),
    );
    const joins: Draft['joins'][number][] = [];
    for (const [i, branch] of branches.entries())
      for (const [depth, table] of branch.entries()) {
        const place = joins.length + 1;
        const on = depth === 0 ? `t${place}.id = t0.ref${i}` : `t${place}.id = t${place - 1}.ref`;
        joins.push({ table, on });
      }
    return { tables: [...tables, facts], joins, asked: [joins.at(-1)?.table ?? facts] };
  },

  /** Two chains that begin at one table and meet again: the buyer's town is that of the seller. */
  cycle(maker, count) {
    const half = Math.floor((count - 1) / 2);
    const chain = (length: number): MadeTable[] => {
      const made: MadeTable[] = [];
      for (let i = 0; i < length; i++) {
        const [next] = made;
        made.unshift(maker.table(100 * 4 ** Math.min(i, 4), next === undefined ? {} : { ref: next }));
      }
      return made;
    };
    const [one, other] = [chain(half), chain(count - 1 - half)];
    const [first, second] = [one[0], other[0]];
    const facts = maker.table(200_000, {
      ...(first === undefined ? {} : { ref0: first }),
      ...(second === undefined ? {} : { ref1: second }),
    });
    const joins = [...one, ...other].map((table, i) => {
      const place = i + 1;
      if (i === 0) return { table, on: `t${place}.id = t0.ref0` };
      if (i === half) return { table, on: `t${place}.id = t0.ref1` };
      const closing = place === count - 1 ? ` AND t${place}.kind = t${half}.kind` : '';
      return { table, on: `t${place}.id = t${place - 1}.ref${closing}` };
    });
    return {
      tables: [...one.toReversed(), ...other.toReversed(), facts],
      joins,
      asked: other.slice(-1),
    };
  },

  /** Tables that all have the key of one and at most one row for it: settings, totals, addresses of users. */
  clique(maker, count) {
    const users = maker.table(60_000);
    const others = Array.from({ length: count - 1 }, () => maker.part(users));
    const joins = others.map((table, i) => ({
      table,
      on: `t${i + 1}.ref = ${maker.random.next() < 0.5 || i === 0 ? 't0.id' : `t${i}.ref`}`,
    }));
    return { tables: [users, ...others], joins, asked: others.slice(-2) };
  },
};

function textOf({ tables, joins, asked }: Draft, random: SeededRandom): string {
  const first = tables.find((table) => joins.every((join) => join.table !== table));
  const places = new Map([first, ...joins.map(({ table }) => table)].map((table, i) => [table, `t${i}`]));
  const where = asked.map(
    (table) => `${places.get(table)}.kind ${random.next() < 0.7 ? '=' : '<='} ${random.int(0, 2)}`,
  );
  const list = joins.map(({ table, on }) => ` JOIN ${table.name} ${places.get(table)} ON ${on}`).join('');
  return `SELECT count(*) AS found, sum(t0.amount) AS amount, max(t${joins.length}.id) AS last FROM ${first?.name} t0${list} WHERE ${where.join(' AND ')}`;
}

function fillOf({ name, rows, columns }: MadeTable, isIndexed: boolean): readonly string[] {
  const names = Object.keys(columns);
  return [
    `CREATE UNLOGGED TABLE ${name} (id integer NOT NULL PRIMARY KEY, ${names.map((column) => `${column} integer NOT NULL`).join(', ')})`,
    `INSERT INTO ${name} SELECT g, ${Object.values(columns).join(', ')} FROM generate_series(1, ${rows}) g`,
    ...(isIndexed
      ? names
          .filter((column) => column.startsWith('ref'))
          .map((column) => `CREATE INDEX ON ${name} (${column})`)
      : []),
  ];
}
