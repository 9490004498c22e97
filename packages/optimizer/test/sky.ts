import type { Parameter, QueryEngine } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { readRows, seededRandom } from '@perf/testkit';

const TYPES = {
  duckdb: { int: 'INTEGER', long: 'BIGINT', text: 'VARCHAR', real: 'DOUBLE', bool: 'BOOLEAN' },
  sqlite: { int: 'INT', long: 'INTEGER', text: 'TEXT', real: 'REAL', bool: 'BOOLEAN' },
} as const;

/**
 * Airports, carriers and flights with every comparable type, nulls, duplicates, empty text, accents, a column that folds
 * case by itself and instants in every form that SQLite may hold; the same rows for every engine.
 */
export async function openSky(name: 'duckdb' | 'sqlite'): Promise<QueryEngine> {
  const engine = await (name === 'duckdb' ? DuckDbEngine.open(':memory:') : SqliteEngine.open(':memory:'));
  const { int, long, text, real, bool } = TYPES[name];
  const run = async (statement: string, parameters: readonly Parameter[] = []): Promise<void> => {
    await readRows(await engine.execute({ dialect: name, text: statement, parameters }));
  };
  await run(
    `CREATE TABLE airports (iata ${text} NOT NULL PRIMARY KEY, name ${text} COLLATE NOCASE, state ${text}, latitude ${real}, opened DATE, hub ${bool})`,
  );
  await run(`CREATE TABLE carriers (id ${int} NOT NULL PRIMARY KEY, name ${text} NOT NULL UNIQUE)`);
  await run(`CREATE TABLE flights (id ${long} NOT NULL PRIMARY KEY, departed TIMESTAMP, delay ${int}, fare DECIMAL(10,2), origin ${text} NOT NULL REFERENCES airports (iata),
    destination ${text} REFERENCES airports (iata), carrier ${int} REFERENCES carriers (id), score ${real})`);
  const sign = name === 'duckdb' ? '$' : '?';
  const insert = (table: string, rows: readonly (readonly Parameter[])[]): Promise<void[]> =>
    Promise.all(
      rows.map((row) =>
        run(`INSERT INTO ${table} VALUES (${row.map((_, i) => `${sign}${i + 1}`).join(', ')})`, row),
      ),
    );
  await insert('airports', AIRPORTS);
  await insert('carriers', [
    [1, 'Air A'],
    [2, 'Air B'],
    [3, 'zebra'],
  ]);
  await insert('flights', flightRows());
  return engine;
}

const AIRPORTS: readonly (readonly Parameter[])[] = [
  ['SFO', 'San Francisco', 'CA', 37.5, '1927-05-07', true],
  ['SFX', 'san francisco', 'CA', 37.5, null, false],
  ['DEN', 'Denver', 'CO', 39.75, '1995-02-28', true],
  ['JFK', '', 'NY', null, '1948-07-01', null],
  ['ORY', 'Orléans', null, 48.25, '1999-12-31', false],
  ['100', '100 % _x', null, -1.5, '2001-01-01', null],
];

/** Five instants of a day, most in several forms. */
const FORMS = [
  ' 09:30:00',
  'T09:30:00Z',
  ' 09:30:00.000',
  ' 09:30:00.5',
  'T09:30:00.500000Z',
  ' 09:30:00.25',
  ' 09:30:00.250',
  ' 00:00:00',
  'T23:59:59.999999Z',
];

function flightRows(): readonly (readonly Parameter[])[] {
  const random = seededRandom(7);
  const codes = AIRPORTS.map(([code]) => String(code));
  const maybe = <T>(value: T): T | null => (random.next() < 0.15 ? null : value);
  return Array.from({ length: 150 }, (_, i) => [
    i,
    maybe(`2001-0${random.int(1, 3)}-1${random.int(0, 1)}${FORMS[i % FORMS.length] ?? ''}`),
    maybe(random.int(-20, 100)),
    maybe(`${random.int(0, 900)}.${random.int(10, 99)}`),
    random.pick(codes),
    maybe(random.pick(codes)),
    maybe(random.int(1, 3)),
    maybe(random.int(-8, 8) / 4),
  ]);
}
