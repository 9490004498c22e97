import type { Dialect } from '@perf/contracts';
import type { SeededRandom } from '@perf/testkit';
import type { FuzzSource } from './fuzz-conditions.ts';
import { FuzzConditions } from './fuzz-conditions.ts';

/** A made-up statement over the awkward tables. */
export function fuzzQuery(random: SeededRandom, dialect: Dialect): string {
  const maker = new QueryMaker(random, dialect);
  return random.pick(dialect === 'postgres' ? POSTGRES_SHAPES : SHAPES)(maker);
}

const PEOPLE = { table: 'people', alias: 'p' };
const VISITS = { table: 'visits', alias: 'v' };
const CLUBS = { table: 'clubs', alias: 'c' };
const MARKS = { table: 'marks', alias: 'm' };
const VOIDS = { table: 'voids', alias: 'e' };
/** Sources whose whole numbers meet those of the others. */
const INNER: readonly FuzzSource[] = [
  { table: 'visits', alias: 'x' },
  { table: 'people', alias: 'x' },
  { table: 'marks', alias: 'x' },
  { table: 'voids', alias: 'x' },
];

/** The column of a table that holds keys of another, by that other. */
const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  people: { visits: 'person_id' },
  clubs: { visits: 'club_id', people: 'club_id' },
};

/** Kinds of statements; each gives several rules their chance. */
const SHAPES: readonly ((maker: QueryMaker) => string)[] = [
  (maker) => maker.joined(),
  (maker) => maker.joined(),
  (maker) => maker.either(),
  (maker) => maker.summed(),
  (maker) => maker.scalars(),
  (maker) => maker.scalarTest(),
  (maker) => maker.counted(),
  (maker) => maker.counted(),
  (maker) => maker.existing(),
  (maker) => maker.existing(),
  (maker) => maker.listed(),
  (maker) => maker.distinct(),
  (maker) => maker.distinct(),
  (maker) => maker.united(),
  (maker) => maker.united(),
  (maker) => maker.filtered(),
  (maker) => maker.named(),
  (maker) => maker.named(),
  (maker) => maker.first(),
  (maker) => maker.grouped(),
  (maker) => maker.groups(),
  (maker) => maker.countedApart(),
];
/** Where the order of a long text counts. */
const POSTGRES_SHAPES: typeof SHAPES = [...SHAPES, (maker) => maker.crowded()];

class QueryMaker {
  readonly #random: SeededRandom;
  readonly #conditions: FuzzConditions;

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#conditions = new FuzzConditions(random, dialect);
  }

  /** Joins of which some are not needed, with groups at times. */
  joined(): string {
    const random = this.#random;
    const left = (): string => random.pick(['join', 'left join']);
    const joins = [
      `${left()} people p on p.id = v.person_id`,
      `${left()} clubs c on c.id = ${random.pick(['v.club_id', 'v.points', 'p.club_id'])}`,
      `${left()} marks m on m.b = v.points`,
    ];
    const known = [VISITS, PEOPLE, CLUBS, MARKS];
    const count = random.int(1, 3);
    const sources = known.slice(0, count + 1);
    const used = random.next() < 0.5 ? [VISITS] : sources;
    const from = `visits v ${joins.slice(0, count).join(' ')}`;
    const where =
      random.next() < 0.85 ? ` where ${this.#conditions.some(random.next() < 0.5 ? used : sources)}` : '';
    if (random.next() < 0.3) {
      const key = this.#conditions.column(random.pick(used));
      return `select ${key} k, count(*) n, sum(${this.#conditions.int(VISITS)}) s from ${from}${where} group by ${key}`;
    }
    return `select ${this.#columns(used)} from ${from}${where}`;
  }

  /** Groups of joined rows of which one table is only counted and summed. */
  summed(): string {
    const random = this.#random;
    const [one, other] = [this.#conditions.int(VISITS), random.pick(['sum', 'min', 'max', 'count'])];
    const key = random.pick(['p.age', 'p.code', 'p.id', 'v.club_id', 'p.club_id, v.points']);
    const join = random.pick([
      'p.id = v.person_id',
      'p.age = v.points',
      'p.club_id = v.club_id and p.age > v.points',
    ]);
    const where =
      random.next() < 0.7
        ? ` where ${this.#conditions.some(random.next() < 0.5 ? [VISITS] : [PEOPLE, VISITS])}`
        : '';
    const having = random.next() < 0.3 ? ` having count(*) > ${random.int(0, 3)}` : '';
    const columns = key
      .split(', ')
      .map((name, i) => `${name} k${i}`)
      .join(', ');
    return `select ${columns}, count(*) n, sum(${one}) s, ${other}(${this.#conditions.int(VISITS)}) o from visits v join people p on ${join}${where} group by ${key}${having}`;
  }

  /** Conditions on several tables, of which any will do. */
  either(): string {
    const random = this.#random;
    const branches = [VISITS, PEOPLE, ...(random.next() < 0.3 ? [VISITS] : [])].map((source) =>
      this.#conditions.one(source),
    );
    const more = random.next() < 0.5 ? ` and ${this.#conditions.one(VISITS)}` : '';
    const columns = random.next() < 0.3 ? 'v.points k, count(*) n' : this.#columns([VISITS, PEOPLE]);
    const group = columns.startsWith('v.points k') ? ' group by v.points' : '';
    return `select ${columns} from visits v join people p on p.id = v.person_id where (${branches.join(' or ')})${more}${group}`;
  }

  /** Aggregates for each row. */
  scalars(): string {
    const where = this.#random.next() < 0.5 ? ` where ${this.#conditions.some([PEOPLE])}` : '';
    return `select p.id, ${this.#scalar(PEOPLE)} a, ${this.#scalar(PEOPLE)} b from people p${where}`;
  }

  scalarTest(): string {
    const random = this.#random;
    const [outer, table] = random.pick([
      [PEOPLE, 'people p'],
      [VISITS, 'visits v'],
      [MARKS, 'marks m'],
    ] as const);
    const operator = random.pick(['=', '<', '>=', '<>']);
    return `select ${this.#columns([outer])} from ${table} where ${this.#conditions.int(outer)} ${operator} ${this.#scalar(outer)}`;
  }

  counted(): string {
    const random = this.#random;
    const inner = random.pick(INNER);
    const what = random.pick(['*', '*', this.#conditions.column(inner)]);
    const test = random.pick(['> 0', '>= 1', '= 0', '<> 0', '< 1', '> 1']);
    return `select p.id from people p where (select count(${what}) from ${inner.table} x where ${this.#correlated(inner, PEOPLE)}) ${test}`;
  }

  /** EXISTS, alone, under OR and under NOT. */
  existing(): string {
    const random = this.#random;
    const one = (): string => {
      const inner = random.pick(INNER);
      return `${random.pick(['', '', 'not '])}exists (select 1 from ${inner.table} x where ${this.#correlated(inner, PEOPLE)})`;
    };
    const test =
      random.next() < 0.5
        ? one()
        : `(${one()} or ${random.next() < 0.5 ? one() : this.#conditions.one(PEOPLE)})`;
    return `select ${this.#columns([PEOPLE])} from people p where ${test} and ${this.#conditions.some([PEOPLE])}`;
  }

  listed(): string {
    const random = this.#random;
    const inner = random.pick(INNER);
    const where = random.next() < 0.7 ? ` where ${this.#conditions.some([inner])}` : '';
    const not = random.next() < 0.7 ? 'not ' : '';
    return `select ${this.#columns([VISITS])} from visits v where ${this.#conditions.int(VISITS)} ${not}in (select ${this.#conditions.int(inner)} from ${inner.table} x${where})`;
  }

  distinct(): string {
    const random = this.#random;
    const key = random.next() < 0.6 ? 'p.id, ' : '';
    const more = random.pick(['', 'left ']);
    const table = random.pick([VISITS, MARKS, VOIDS]);
    const on = `${this.#conditions.int(table)} = ${this.#conditions.int(PEOPLE)}`;
    const where =
      random.next() < 0.7
        ? ` where ${this.#conditions.some(random.next() < 0.5 ? [PEOPLE] : [PEOPLE, table])}`
        : '';
    const from =
      random.next() < 0.25 ? 'people p' : `people p ${more}join ${table.table} ${table.alias} on ${on}`;
    const asked = from === 'people p' ? '' : where;
    return `select distinct ${key}${this.#columns([PEOPLE])} from ${from}${asked}`;
  }

  /** Conditions of one table, dear ones first; at times one that guards another, which would fail without it. */
  filtered(): string {
    const random = this.#random;
    const dear = `p.name like '%${random.pick(['a', 'b', '%a'])}%'`;
    // As dear as what it guards, so that engines keep their order.
    const guarded = '(p.age - p.age % 2 + 0) <> 0 and 10 / (p.age - p.age % 2) > 1';
    const parts = [
      random.next() < 0.3 ? guarded : dear,
      this.#conditions.one(PEOPLE),
      this.#conditions.one(PEOPLE),
    ];
    return `select p.id, p.name from people p where ${parts.join(' and ')}`;
  }

  united(): string {
    const random = this.#random;
    const tag = random.next() < 0.5;
    const part = (word: string): string => {
      const key = random.next() < 0.7 ? 'p.id, ' : '';
      const columns = tag ? `'${word}' kind, p.id` : `p.age, ${key === '' ? 'p.club_id' : 'p.id'}`;
      return `select ${columns} from people p where p.age = ${random.int(0, 3)} and ${this.#conditions.one(PEOPLE)}`;
    };
    return `${part('one')} union ${part(random.pick(['one', 'two']))}`;
  }

  /** A named query that is read once or twice. */
  named(): string {
    const random = this.#random;
    const body = random.pick([
      'select person_id k, points g, count(*) n, sum(amount) s from visits group by person_id, points',
      'select v.person_id k, v.points g, v.id n, rank() over (partition by v.person_id order by v.id) s from visits v',
      'select v.person_id k, v.club_id g, v.points n, v.amount s from visits v where v.points > 0',
      'select id k, age g, 1 n, club_id s from people union all select person_id, points, 2, club_id from visits',
      'select distinct v.person_id k, v.points g, v.club_id n, v.club_id s from visits v',
    ]);
    const asked = (alias: string): string =>
      `${alias}.${random.pick(['k', 'k', 'g', 'n'])} ${random.pick(['=', '<', '>='])} ${random.int(0, 6)}`;
    const named = `with t as (${body})`;
    if (random.next() < 0.3)
      return `${named} select t.k, t.g, t.n, t.s from t where ${asked('t')} and ${asked('t')}`;
    if (random.next() < 0.3)
      return `${named} select a.k, a.n, a.s, b.n m from t a left join t b on a.k = b.k and b.g = 1 where ${asked('a')}`;
    return `${named} select a.k, a.n, b.s, b.n m from t a join t b on a.k = b.k where ${asked('a')} and ${asked('b')}`;
  }

  /** More tables than Postgres puts in order by itself, most of them joined along keys so that few rows come of it. */
  crowded(): string {
    const random = this.#random;
    const sources: FuzzSource[] = [{ table: 'visits', alias: 't0' }];
    let from = 'visits t0';
    for (let i = random.int(9, 11); i > 0; i--) {
      const near = random.pick(sources);
      const next = {
        table: random.pick(['people', 'people', 'clubs', 'visits']),
        alias: `t${sources.length}`,
      };
      const along = KEYS[next.table]?.[near.table] ?? 'id';
      const key = random.next() < 0.8 ? `${near.alias}.${along}` : this.#conditions.int(near);
      const more = random.next() < 0.15 ? ` and ${this.#conditions.one(random.pick([near, next]))}` : '';
      from += ` ${random.next() < 0.25 ? 'left ' : ''}join ${next.table} ${next.alias} on ${next.alias}.id = ${key}${more}`;
      sources.push(next);
    }
    const where = random.next() < 0.8 ? ` where ${this.#conditions.one(random.pick(sources))}` : '';
    const columns = sources.map((source, i) => `${this.#conditions.column(source)} o${i}`);
    return `select ${columns.join(', ')} from ${from}${where}`;
  }

  /** The first rows of a join, by an order without ties. */
  first(): string {
    const random = this.#random;
    const left = (): string => random.pick(['join', 'join', 'left join']);
    const joins = [
      `${left()} people p on p.id = ${random.pick(['v.person_id', 'v.person_id', 'v.person_id', 'v.points'])}`,
      `${left()} clubs c on c.id = ${random.pick(['v.club_id', 'v.club_id', 'p.club_id'])}`,
    ];
    const count = random.int(1, 2);
    const sources = [VISITS, PEOPLE, CLUBS].slice(0, count + 1);
    const where =
      random.next() < 0.5 ? ` where ${this.#conditions.some(random.next() < 0.8 ? [VISITS] : sources)}` : '';
    const order = random.pick([
      'v.id',
      'v.points, v.id',
      'v.points desc, v.id desc',
      'v.day, v.id',
      'p.age, v.id',
    ]);
    const limit = `limit ${random.int(0, 12)}${random.next() < 0.3 ? ` offset ${random.int(0, 4)}` : ''}`;
    return `select v.id, ${this.#columns(sources)} from visits v ${joins.slice(0, count).join(' ')}${where} order by ${order} ${limit}`;
  }

  /** Groups of an outer join. */
  grouped(): string {
    const random = this.#random;
    const key = random.pick(['p.id', 'p.id, p.age', 'p.id, p.name', 'p.age']);
    const table = random.pick([VISITS, VISITS, MARKS, VOIDS]);
    const on = `${this.#conditions.int(table)} = ${random.pick(['p.id', 'p.id', this.#conditions.int(PEOPLE)])}${random.next() < 0.3 ? ` and ${this.#conditions.one(table)}` : ''}`;
    const where = random.next() < 0.5 ? ` where ${this.#conditions.some([PEOPLE])}` : '';
    const of = (): string => this.#conditions.int(table);
    const values = Array.from(
      { length: random.int(1, 3) },
      (_, i) =>
        `${random.pick(['count(*)', `count(${of()})`, `sum(${of()})`, `min(${of()})`, `max(${of()} + ${of()})`, `count(distinct ${of()})`, `coalesce(sum(${of()}), 7)`])} a${i}`,
    );
    const having =
      random.next() < 0.3 ? ` having count(${of()}) ${random.pick(['=', '>', '<'])} ${random.int(0, 3)}` : '';
    const names = key
      .split(', ')
      .map((name, i) => `${name} k${i}`)
      .join(', ');
    return `select ${names}, ${values.join(', ')} from people p ${random.pick(['left join', 'left join', 'left join', 'join'])} ${table.table} ${table.alias} on ${on}${where} group by ${key}${having}`;
  }

  /** Groups that are joined to a table of which not all rows are wanted. */
  groups(): string {
    const random = this.#random;
    const key = random.pick(['person_id', 'person_id', 'points', 'club_id']);
    const inner = `select x.${key} k, count(*) n, max(x.points) g from visits x group by x.${key}`;
    const on = random.pick(['t.k = p.id', 't.k = p.id', 't.k = p.age', 't.n = p.age']);
    const join = random.pick([
      `people p left join (${inner}) t on ${on}`,
      `people p join (${inner}) t on ${on}`,
      `(${inner}) t left join people p on ${on}`,
    ]);
    const where = random.pick([
      this.#conditions.some([PEOPLE]),
      this.#conditions.one(PEOPLE),
      `p.id ${random.pick(['=', '<', '>'])} ${random.int(1, 20)}`,
      `(p.age > ${random.int(0, 4)} or p.id is null)`,
    ]);
    return `select p.id, t.k, t.n, t.g from ${join} where ${where}`;
  }

  /** Distinct values, counted. */
  countedApart(): string {
    const random = this.#random;
    const source = random.pick([VISITS, PEOPLE, MARKS]);
    const where = random.next() < 0.6 ? ` where ${this.#conditions.some([source])}` : '';
    const value = `count(distinct ${this.#conditions.column(source)})`;
    const from = `from ${source.table} ${source.alias}${where}`;
    if (random.next() < 0.5) return `select ${value} n${random.next() < 0.2 ? ', count(*) m' : ''} ${from}`;
    const key = this.#conditions.int(source);
    const having = random.next() < 0.3 ? ` having ${value} > ${random.int(0, 2)}` : '';
    return `select ${key} k, ${value} n, ${value} + 1 m ${from} group by ${key}${having}`;
  }

  #columns(sources: readonly FuzzSource[]): string {
    const columns = Array.from(
      { length: this.#random.int(1, 3) },
      (_, i) => `${this.#conditions.column(this.#random.pick(sources))} o${i}`,
    );
    return columns.join(', ');
  }

  #scalar(outer: FuzzSource): string {
    const random = this.#random;
    const inner = random.pick(INNER);
    const of = this.#conditions.number(inner);
    const value = random.pick([
      `count(*)`,
      `count(${of})`,
      `sum(${of})`,
      `min(${of})`,
      `max(${of})`,
      `coalesce(sum(${of}), 0)`,
      `count(*) + 1`,
      `2 * max(${of})`,
    ]);
    return `(select ${value} from ${inner.table} x where ${this.#correlated(inner, outer)})`;
  }

  #correlated(inner: FuzzSource, outer: FuzzSource): string {
    const pairs = [`${this.#conditions.int(inner)} = ${this.#conditions.int(outer)}`];
    if (this.#random.next() < 0.2)
      pairs.push(`${this.#conditions.int(outer)} = ${this.#conditions.int(inner)}`);
    if (this.#random.next() < 0.5) pairs.push(this.#conditions.one(inner));
    return pairs.join(' and ');
  }
}
