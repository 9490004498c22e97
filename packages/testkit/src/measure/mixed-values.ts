import type { Schema } from '@perf/contracts';
import { seededRandom } from '../seeded-random.ts';

/** The columns of `mixedRowBatches`: ten types and shapes as a business table has them. */
export const mixedSchema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'account_no', type: { kind: 'int64' }, nullable: false },
    { name: 'amount', type: { kind: 'float64' }, nullable: false },
    { name: 'rate', type: { kind: 'float64' }, nullable: true },
    { name: 'created_at', type: { kind: 'timestamp', unit: 'ms' }, nullable: false },
    { name: 'status', type: { kind: 'utf8' }, nullable: false },
    { name: 'name', type: { kind: 'utf8' }, nullable: false },
    { name: 'city_note', type: { kind: 'utf8' }, nullable: true },
    { name: 'active', type: { kind: 'bool' }, nullable: false },
    { name: 'comment', type: { kind: 'utf8' }, nullable: true },
  ],
};

type Random = () => number;

/** Texts and dates that rows choose from. */
export interface Pools {
  readonly statuses: readonly string[];
  readonly names: readonly string[];
  readonly cities: readonly string[];
  readonly comments: readonly string[];
  readonly instants: readonly (Date | string)[];
}

const POOL = 4096;
const STATUS = ['active', 'pending', 'closed', 'suspended', 'trial'];
const FIRST = [
  'Anna',
  'José',
  'Müller',
  'Søren',
  '李雷',
  'Олег',
  'Maria',
  'John',
  'Zoë',
  'Chloé',
  'Ahmed',
  'Priya',
];
const LAST = [
  'Smith',
  "O'Brien",
  'García',
  'Kowalski',
  'Nguyễn',
  'Schmidt',
  'Tanaka',
  'Ivanova',
  'Lee',
  'Brown, Jr.',
];
const CITY = [
  'Berlin',
  'New York, NY',
  'São Paulo',
  '東京',
  'Paris "Ville Lumière"',
  'London',
  'Zürich',
  'Mumbai',
];
const WORDS =
  'the order was shipped late and our customer asked for another invoice before noon today please reply'.split(
    ' ',
  );

/** What decides a row: three well-spread numbers. */
export class MixedRow {
  #a = 0;
  #b = 0;
  #c = 0;

  /** Goes to the row of that index, from 0. */
  seek(index: number): void {
    this.#a = mix(index);
    this.#b = mix(this.#a + 1);
    this.#c = mix(this.#b + 1);
  }

  get account(): number {
    return 1e15 + this.#c * 256;
  }

  get amount(): number {
    return (this.#b % 1e7) / 100;
  }

  get rate(): number | null {
    return this.#a % 10 === 0 ? null : this.#c / 4294967296 + this.#b / 18446744073709552000;
  }

  get isActive(): boolean {
    return (this.#a & 0x1000000) === 0;
  }

  /** Places in the pools; -1 is null. */
  get instantAt(): number {
    return this.#a & (POOL - 1);
  }

  get statusAt(): number {
    return this.#b % STATUS.length;
  }

  get nameAt(): number {
    return (this.#a >>> 12) & (POOL - 1);
  }

  get cityAt(): number {
    return this.#c % 7 === 0 ? -1 : (this.#c >>> 8) & 7;
  }

  get commentAt(): number {
    return this.#b % 5 === 0 ? -1 : (this.#b >>> 16) & (POOL - 1);
  }
}

/** Spreads the bits of a whole number: 0 to below 2³², the same for the same number. */
function mix(value: number): number {
  let bits = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Makes the pools, the same each time. */
export function makePools(dates: 'date' | 'iso'): Pools {
  const random = seededRandom(7).next;
  const start = Date.UTC(2024, 0, 1);
  const instants = make(() => new Date(start + below(random, 6e10)));
  return {
    statuses: STATUS,
    cities: CITY,
    names: make((i) => flat(nameOf(random, i))),
    comments: make(() => flat(commentOf(random))),
    instants: dates === 'date' ? instants : instants.map((instant) => instant.toISOString()),
  };
}

function nameOf(random: Random, index: number): string {
  const name = `${FIRST[below(random, FIRST.length)]} ${LAST[below(random, LAST.length)]}`;
  return random() < 0.5 ? `${name} ${index}` : name;
}

function commentOf(random: Random): string {
  const words = random() < 0.1 ? 30 + below(random, 40) : 4 + below(random, 8);
  let text = Array.from({ length: words }, () => WORDS[below(random, WORDS.length)]).join(' ');
  if (random() < 0.08) text += ', "quoted"';
  if (random() < 0.03) text = `${text.slice(0, 20)}\n${text.slice(20)}`;
  return random() < 0.05 ? `${text} – naïve façade 😀` : text;
}

/** One flat string, as a driver hands it over, instead of a chain of pieces. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function make<T>(one: (index: number) => T): T[] {
  return Array.from({ length: POOL }, (_, i) => one(i));
}
