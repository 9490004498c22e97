import type { Parameter, QueryEngine } from '@perf/contracts';
import { readRows, seededRandom } from '@perf/testkit';

/** One row of a table, in the order of its columns. */
type Row = readonly Parameter[];

/** Runs one statement with its parameters. */
export type RunStatement = (text: string, parameters: readonly Parameter[]) => Promise<void>;

/** Runs statements through an engine. */
export function runOn(engine: QueryEngine): RunStatement {
  return async (text, parameters) => {
    await readRows(await engine.execute({ dialect: engine.dialect, text, parameters }));
  };
}

/**
 * Airports, carriers and flights with every comparable type; texts under five collations, that differ by case, by accent and
 * by blanks at their ends; nulls and duplicates. The same rows whichever the dialect.
 */
export async function makeSky(dialect: 'mysql' | 'sqlite', run: RunStatement): Promise<void> {
  const text = (collation: string): string =>
    dialect === 'sqlite'
      ? 'TEXT'
      : `VARCHAR(40) CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}`;
  // SQLite has one word for 64 bits that means a whole number of 64 bits here.
  const long = dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  const instant = dialect === 'sqlite' ? 'TIMESTAMP' : 'DATETIME(6)';
  await run(
    `CREATE TABLE airports (iata ${text('utf8mb4_nopad_bin')} NOT NULL PRIMARY KEY, name ${text('utf8mb4_unicode_ci')},
      state ${text('latin1_swedish_ci')}, latitude DOUBLE, opened DATE, hub BOOLEAN)`,
    [],
  );
  await run(
    `CREATE TABLE carriers (id INT NOT NULL PRIMARY KEY, name ${text('utf8mb4_nopad_bin')} NOT NULL UNIQUE)`,
    [],
  );
  await run(
    `CREATE TABLE flights (id ${long} NOT NULL PRIMARY KEY, departed ${instant}, delay INT, fare DECIMAL(10,2),
      origin ${text('utf8mb4_nopad_bin')} NOT NULL, destination ${text('utf8mb4_nopad_bin')}, carrier INT,
      score DOUBLE, gate ${text('utf8mb4_bin')}, FOREIGN KEY (origin) REFERENCES airports (iata),
      FOREIGN KEY (destination) REFERENCES airports (iata), FOREIGN KEY (carrier) REFERENCES carriers (id))`,
    [],
  );
  for (const [table, rows] of [
    ['airports', AIRPORTS],
    ['carriers', CARRIERS],
    ['flights', flightRows()],
  ] as const)
    for (const row of rows) {
      const places = row.map((_, i) => (dialect === 'sqlite' ? `?${i + 1}` : '?'));
      await run(`INSERT INTO ${table} VALUES (${places.join(', ')})`, row);
    }
}

const AIRPORTS: readonly Row[] = [
  ['SFO', 'San Francisco', 'CA', 37.5, '1927-05-07', true],
  ['SFX', 'san francisco', 'ca', 37.5, null, false],
  ['DEN', 'Denver', 'CO', 39.75, '1995-02-28', true],
  ['JFK', '', 'NY', null, '1948-07-01', null],
  ['ORY', 'Orléans', 'é', 48.25, '1999-12-31', false],
  ['ory', 'Orleans', 'E', 48.25, '1999-12-31', false],
  ['100', '100 % _x', null, -1.5, '2001-01-01', null],
  ['DEN ', 'Denver ', 'CO ', -39.75, '2001-01-01', true],
  ['😀', 'ß', '', 0, null, null],
];

const CARRIERS: readonly Row[] = [
  [1, 'Air A'],
  [2, 'Air B'],
  [3, 'air a'],
];

const TIMES = ['09:30:00', '09:30:00.5', '09:30:00.25', '00:00:00', '23:59:59.999999'];

function flightRows(): readonly Row[] {
  const random = seededRandom(7);
  const codes = AIRPORTS.map(([code]) => String(code));
  const maybe = <T>(value: T): T | null => (random.next() < 0.15 ? null : value);
  return Array.from({ length: 150 }, (_, i) => [
    i,
    maybe(`2001-0${random.int(1, 3)}-1${random.int(0, 1)} ${TIMES[i % TIMES.length]}`),
    maybe(random.int(-20, 100)),
    maybe(`${random.int(0, 900)}.${random.int(10, 99)}`),
    random.pick(codes),
    maybe(random.pick(codes)),
    maybe(random.int(1, 3)),
    maybe(random.int(-8, 8) / 4),
    maybe(random.pick(['a', 'A', 'a ', 'S', 's', 'SFO', ' ', ''])),
  ]);
}
