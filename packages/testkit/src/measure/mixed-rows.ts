import type { ObjectRowBatch, RepeatableSource, Schema } from '@perf/contracts';
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

/** How the rows are made. */
export interface MixedRowsOptions {
  /** `created_at` as `Date`, or as ISO text for writers that know no dates; the text costs nothing extra. @default 'date' */
  readonly dates?: 'date' | 'iso';
  /** Rows to leave out at the beginning. @default 0 */
  readonly from?: number;
}

/**
 * Seeded rows that cost little to make: a 16-digit integer, a two-decimal amount, full doubles, dates, an enum, names with
 * accents and CJK, cities with commas, quotes and nulls, text of 20 to 400 characters with line breaks and emoji. Texts and
 * dates come from pools that are made by the call itself. A row is the same whatever `rows` and `batchRows` are.
 */
export function mixedRowBatches(
  rows: number,
  batchRows = 4096,
  options: MixedRowsOptions = {},
): AsyncGenerator<ObjectRowBatch> {
  return batches({ from: options.from ?? 0, to: rows }, batchRows, makePools(options.dates ?? 'date'));
}

/** The same rows as a source that begins after any row, for exports that go on after a crash. @param after the cursor: an id */
export function mixedSource(
  rows: number,
  { after, batchRows }: { readonly after?: unknown; readonly batchRows?: number } = {},
): RepeatableSource {
  const from = typeof after === 'number' ? after : 0;
  return {
    schema: mixedSchema,
    fingerprint: `mixed rows ${rows}`,
    cursorAfter: (batch, index) => {
      const row = batch.kind === 'rows' ? batch.rows[index] : undefined;
      return row !== undefined && 'id' in row ? row['id'] : undefined;
    },
    [Symbol.asyncIterator]: () => mixedRowBatches(rows, batchRows, { from }),
  };
}

async function* batches(
  range: { readonly from: number; readonly to: number },
  batchRows: number,
  pools: Pools,
): AsyncGenerator<ObjectRowBatch> {
  for (let { from } = range; from < range.to; from += batchRows) {
    const length = Math.min(batchRows, range.to - from);
    const batch: Readonly<Record<string, unknown>>[] = [];
    for (let i = 0; i < length; i++) batch.push(mixedRow(from + i, pools));
    yield { kind: 'rows', schema: mixedSchema, layout: 'objects', rows: batch };
  }
}

type Random = () => number;

interface Pools {
  readonly names: readonly string[];
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

function mixedRow(index: number, pools: Pools): Readonly<Record<string, unknown>> {
  const a = mix(index);
  const b = mix(a + 1);
  const c = mix(b + 1);
  return {
    id: index + 1,
    account_no: 1e15 + c * 256,
    amount: (b % 1e7) / 100,
    rate: a % 10 === 0 ? null : c / 4294967296 + b / 18446744073709552000,
    created_at: pools.instants[a & (POOL - 1)],
    status: STATUS[b % STATUS.length],
    name: pools.names[(a >>> 12) & (POOL - 1)],
    city_note: c % 7 === 0 ? null : CITY[(c >>> 8) & 7],
    active: (a & 0x1000000) === 0,
    comment: b % 5 === 0 ? null : pools.comments[(b >>> 16) & (POOL - 1)],
  };
}

/** Spreads the bits of a whole number: 0 to below 2³², the same for the same number. */
function mix(value: number): number {
  let bits = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function makePools(dates: 'date' | 'iso'): Pools {
  const random = seededRandom(7).next;
  const start = Date.UTC(2024, 0, 1);
  const instants = make(() => new Date(start + below(random, 6e10)));
  return {
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
