import type { Dialect } from '@perf/contracts';
import type { SeededRandom } from '@perf/testkit';
import { WORDS } from '../optimizer/anti-pattern.ts';
import { dayText } from './fuzz-tables.ts';

/** Columns by what they hold. */
const INTS: Readonly<Record<string, readonly string[]>> = {
  clubs: ['id', 'size'],
  people: ['id', 'club_id', 'age'],
  visits: ['id', 'person_id', 'club_id', 'points'],
  marks: ['a', 'b'],
  voids: ['id', 'k', 'v'],
};
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  clubs: ['label'],
  people: ['code', 'name'],
  visits: ['note'],
  marks: ['c'],
};
const DATES: Readonly<Record<string, readonly string[]>> = { people: ['born'], visits: ['day'] };
const TIMES: Readonly<Record<string, readonly string[]>> = { people: ['seen'], visits: ['seen_at'] };
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  people: ['score', 'ratio'],
  visits: ['amount'],
};

/** A table under a name. */
export interface FuzzSource {
  readonly table: string;
  readonly alias: string;
}

/** Makes conditions on tables, so that all that matters to a proof comes up. */
export class FuzzConditions {
  readonly #random: SeededRandom;
  readonly #dialect: Dialect;

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#dialect = dialect;
  }

  int({ table, alias }: FuzzSource): string {
    return `${alias}.${this.#random.pick(INTS[table] ?? ['id'])}`;
  }

  /** Any column. */
  column(source: FuzzSource): string {
    const all = [INTS, TEXTS, DATES, NUMBERS].flatMap((kind) => kind[source.table] ?? []);
    return `${source.alias}.${this.#random.pick(all)}`;
  }

  /** A column to be summed. */
  number(source: FuzzSource): string {
    const all = [INTS, NUMBERS].flatMap((kind) => kind[source.table] ?? []);
    return `${source.alias}.${this.#random.pick(all)}`;
  }

  /** One condition; true of some rows, false of others, null of others again. */
  one(source: FuzzSource): string {
    const { table, alias } = source;
    const random = this.#random;
    const date = DATES[table]?.[0];
    const kinds = [
      'int',
      'int',
      'list',
      'sum',
      'casttext',
      'coalesce',
      'null',
      'same',
      ...(TEXTS[table] === undefined ? [] : ['text', 'textcoalesce', 'texts']),
      ...(date === undefined ? [] : ['date', 'time', 'datetext', 'number']),
    ];
    switch (random.pick(kinds)) {
      case 'int':
        return `${this.int(source)} ${random.pick(['=', '<', '>', '<=', '>=', '<>'])} ${random.int(0, 5)}`;
      case 'list':
        return `${this.int(source)} ${random.pick(['in', 'not in'])} (${random.int(0, 3)}, ${random.int(2, 6)})`;
      case 'sum':
        return `${this.int(source)} ${random.pick(['+', '-'])} ${random.int(1, 3)} ${random.pick(['=', '<', '>='])} ${random.int(0, 5)}`;
      case 'casttext':
        return `${WORDS[this.#dialect].text(this.int(source))} = '${random.pick(['1', '2', '3', '-1', '02', '2 ', '+3', '-0'])}'`;
      case 'coalesce':
        return `coalesce(${this.int(source)}, ${random.int(0, 2)}) = ${random.int(0, 3)}`;
      case 'null':
        return `${this.int(source)} is ${random.pick(['', 'not '])}null`;
      case 'same': {
        const tested = this.int(source);
        return `(${tested} = ${random.int(0, 2)} or ${tested} = ${random.int(1, 4)})`;
      }
      case 'text':
        return `${alias}.${random.pick(TEXTS[table] ?? ['id'])} ${random.pick(['=', '<>', 'like', '<'])} '${random.pick(['a', 'A', 'b', 'a%', '1', ''])}'`;
      case 'textcoalesce':
        return `coalesce(${alias}.${random.pick(TEXTS[table] ?? ['id'])}, '${random.pick(['a', 'A', 'x'])}') = '${random.pick(['a', 'A', 'a '])}'`;
      case 'texts': {
        const tested = `${alias}.${random.pick(TEXTS[table] ?? ['id'])}`;
        return `(${tested} = 'a' or ${tested} = '${random.pick(['b', 'B', ''])}')`;
      }
      case 'number':
        return `${alias}.${random.pick(NUMBERS[table] ?? ['id'])} ${random.pick(['<', '>', '='])} ${random.pick(['1.5', '0.1 + 0.2', '0.3', '2'])}`;
      case 'datetext':
        return `${WORDS[this.#dialect].text(`${alias}.${date ?? 'id'}`)} like '${random.pick(['2020-0%', '2020-01%', '2020-01-%', '2020%', '2020-12-31%', '202%'])}'`;
      case 'time':
        return this.#dated(`${alias}.${random.pick(TIMES[table] ?? ['id'])}`);
      default:
        return this.#dated(`${alias}.${date ?? 'id'}`);
    }
  }

  #dated(column: string): string {
    const random = this.#random;
    const { monthOf, month, yearOf, year, dayOf, formattedMonthOf } = WORDS[this.#dialect];
    const operator = random.pick(['=', '=', '=', '<', '<=', '>', '>=']);
    switch (random.int(0, 5)) {
      case 0:
        return `${monthOf(column)} ${operator} ${month(random.pick(['2020-01', '2020-02', '2020-12', '2021-02']))}`;
      case 1:
        return `${yearOf(column)} ${operator} ${year(random.pick(['2019', '2020', '2021']))}`;
      case 2:
        return `${dayOf(column)} ${operator} '${dayText(random)}'`;
      case 3:
        return `${dayOf(column)} between '${dayText(random)}' and '${dayText(random)}'`;
      case 4:
        return `'${random.pick(['2020-01', '2020-02', '2020-12'])}' ${operator} ${formattedMonthOf(column)}`;
      default:
        return `${column} ${random.pick(['<', '>=', '='])} '${dayText(random)}'`;
    }
  }

  /** A few conditions on some of the sources, with AND, OR and NOT between. */
  some(sources: readonly FuzzSource[]): string {
    const random = this.#random;
    const parts = Array.from({ length: random.int(1, 3) }, () => {
      const one = this.one(random.pick(sources));
      if (random.next() < 0.15) return `not (${one})`;
      if (random.next() < 0.25) return `(${one} or ${this.one(random.pick(sources))})`;
      if (random.next() < 0.15)
        return `((${one} and ${this.one(random.pick(sources))}) or (${one} and ${this.one(random.pick(sources))}))`;
      return one;
    });
    return parts.join(' and ');
  }
}
