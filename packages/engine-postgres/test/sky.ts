import type { Parameter, QueryEngine } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { readRows, seededRandom } from '@perf/testkit';
import type { Subject } from './open.ts';
import { openSubject, sql } from './open.ts';

const TABLES = `CREATE TABLE airports (iata {code} NOT NULL PRIMARY KEY, name {folded}, state {state}, latitude {real}, opened DATE, hub BOOLEAN);
CREATE TABLE carriers (id INT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, token {uuid});
CREATE TABLE flights (id {long} NOT NULL PRIMARY KEY, departed {instant}, delay INT, fare DECIMAL(10,2), origin {code} NOT NULL REFERENCES airports (iata),
  destination {code} REFERENCES airports (iata), carrier INT REFERENCES carriers (id), score {real}, landed TIMESTAMP)`;

const SQLITE = {
  code: 'TEXT',
  folded: 'TEXT COLLATE NOCASE',
  state: 'TEXT',
  real: 'REAL',
  long: 'INTEGER',
  instant: 'TIMESTAMP',
  uuid: 'TEXT',
};
const POSTGRES = {
  code: 'VARCHAR(8)',
  folded: 'TEXT COLLATE folding',
  state: 'state',
  real: 'DOUBLE PRECISION',
  long: 'BIGINT',
  instant: 'TIMESTAMP WITH TIME ZONE',
  uuid: 'UUID',
};
const BEFORE = `CREATE TYPE state AS ENUM ('NY', 'CO', 'CA'); CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`;

/**
 * Airports, carriers and flights with every comparable type, nulls, duplicates, empty text and accents, on SQLite and on
 * Postgres, where texts are of many types: bounded, enumerated against the order of their letters, folding case by
 * themselves, UUIDs; instants are with zone and without.
 */
export async function openSky(
  url: string,
): Promise<{ readonly subject: Subject; readonly sqlite: QueryEngine }> {
  const subject = await openSubject(url, { readOnly: false, sql: BEFORE + tablesFor(POSTGRES) });
  const sqlite = await SqliteEngine.open(':memory:');
  for (const text of tablesFor(SQLITE).split(';'))
    await readRows(await sqlite.execute({ dialect: 'sqlite', text, parameters: [] }));
  for (const [table, rows] of [
    ['airports', AIRPORTS],
    ['carriers', CARRIERS],
    ['flights', flightRows()],
  ] as const)
    for (const row of rows) {
      const places = (sign: string): string => row.map((_, i) => `${sign}${i + 1}`).join(', ');
      await readRows(await subject.engine.execute(sql(`INSERT INTO ${table} VALUES (${places('$')})`, row)));
      const text = `INSERT INTO ${table} VALUES (${places('?')})`;
      await readRows(await sqlite.execute({ dialect: 'sqlite', text, parameters: row }));
    }
  await subject.run('ANALYZE');
  return { subject, sqlite };
}

function tablesFor(types: Readonly<Record<string, string>>): string {
  return TABLES.replaceAll(/\{(\w+)\}/g, (_, name: string) => types[name] ?? '');
}

const AIRPORTS: readonly (readonly Parameter[])[] = [
  ['SFO', 'San Francisco', 'CA', 37.5, '1927-05-07', true],
  ['SFX', 'san francisco', 'CA', 37.5, null, false],
  ['DEN', 'Denver', 'CO', 39.75, '1995-02-28', true],
  ['JFK', '', 'NY', null, '1948-07-01', null],
  ['ORY', 'Orléans', null, 48.25, '1999-12-31', false],
  ['100', '100 % _x\\', null, -1.5, '2001-01-01', null],
];

const CARRIERS: readonly (readonly Parameter[])[] = [
  [1, 'Air A', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  [2, 'Air B', '00000000-0000-4000-8000-000000000000'],
  [3, 'zebra', null],
];

const CLOCKS = ['09:30:00', '09:30:00.5', '09:30:00.25', '00:00:00', '23:59:59.999999'];

function flightRows(): readonly (readonly Parameter[])[] {
  const random = seededRandom(7);
  const codes = AIRPORTS.map(([code]) => String(code));
  const maybe = <T>(value: T): T | null => (random.next() < 0.15 ? null : value);
  const instant = (): string => `2001-0${random.int(1, 3)}-1${random.int(0, 1)} ${random.pick(CLOCKS)}`;
  return Array.from({ length: 150 }, (_, i) => [
    i,
    maybe(instant()),
    maybe(random.int(-20, 100)),
    maybe(`${random.int(0, 900)}.${random.int(10, 99)}`),
    random.pick(codes),
    maybe(random.pick(codes)),
    maybe(random.int(1, 3)),
    maybe(random.int(-8, 8) / 4),
    maybe(instant()),
  ]);
}
