import type { Dialect } from '@perf/contracts';
import type { SeededRandom } from '@perf/testkit';

/** Small tables in which everything is awkward: nulls, repeated rows, an empty table, doubles beside decimals, texts that differ in case. */
const TABLES: readonly {
  readonly name: string;
  readonly columns: string;
  readonly rows: number;
  readonly more?: string;
}[] = [
  { name: 'clubs', columns: 'label text, size int?', rows: 7 },
  {
    name: 'people',
    columns:
      'code text, name text?, club_id int?, age int, score decimal?, ratio double?, born date, seen timestamp?',
    rows: 40,
    more: 'FOREIGN KEY (club_id) REFERENCES clubs (id)',
  },
  {
    name: 'visits',
    columns:
      'person_id int, club_id int?, day date, seen_at timestamp, points int, amount decimal?, note text?',
    rows: 90,
    more: 'FOREIGN KEY (person_id) REFERENCES people (id), FOREIGN KEY (club_id) REFERENCES clubs (id)',
  },
  { name: 'marks', columns: 'a int?, b int, c text?', rows: 30 },
  { name: 'voids', columns: 'k int?, v int', rows: 0 },
];

const TYPES: Readonly<Record<string, Readonly<Record<Dialect, string>>>> = {
  int: { postgres: 'integer', duckdb: 'INTEGER', sqlite: 'INTEGER', mysql: 'int' },
  text: { postgres: 'text', duckdb: 'VARCHAR', sqlite: 'TEXT', mysql: 'varchar(40)' },
  decimal: {
    postgres: 'numeric(10,2)',
    duckdb: 'DECIMAL(10,2)',
    sqlite: 'DECIMAL(10,2)',
    mysql: 'decimal(10,2)',
  },
  double: { postgres: 'double precision', duckdb: 'DOUBLE', sqlite: 'DOUBLE', mysql: 'double' },
  date: { postgres: 'date', duckdb: 'DATE', sqlite: 'DATE', mysql: 'date' },
  timestamp: { postgres: 'timestamp', duckdb: 'TIMESTAMP', sqlite: 'TIMESTAMP', mysql: 'datetime' },
};

/** Texts that a collation may take for one another; MariaDB's default takes a blank at the end for nothing. */
const TEXTS = ['a', 'A', 'b', 'ab', 'a ', 'B', 'ba', '0', '1', ''];

/** Statements that make the tables and fill them; `marks` has no key, and rows that repeat. */
export function fuzzStatements(dialect: Dialect, random: SeededRandom): readonly string[] {
  return TABLES.flatMap(({ name, columns, rows, more }) => {
    const parsed = columns.split(', ').map((text) => {
      const [column = '', word = ''] = text.split(' ');
      return { column, type: word.replace('?', ''), nullable: word.endsWith('?') };
    });
    const isKeyed = name !== 'marks';
    const defined = parsed.map(
      ({ column, type, nullable }) =>
        `${column} ${TYPES[type]?.[dialect] ?? type}${nullable ? '' : ' NOT NULL'}`,
    );
    const parts = [
      ...(isKeyed ? [`id ${TYPES['int']?.[dialect]} NOT NULL PRIMARY KEY`] : []),
      ...defined,
      ...(more === undefined ? [] : [more]),
    ];
    const tuples = Array.from({ length: rows }, (_, i) => {
      const values = parsed.map(({ column, type, nullable }) =>
        nullable && random.next() < 0.25 ? 'NULL' : valueOf(column, type, random),
      );
      return `(${[...(isKeyed ? [String(i + 1)] : []), ...values].join(', ')})`;
    });
    const table = `CREATE TABLE ${name} (${parts.join(', ')})`;
    return rows === 0 ? [table] : [table, `INSERT INTO ${name} VALUES ${tuples.join(', ')}`];
  });
}

const REFERENCES: Readonly<Record<string, number>> = { club_id: 7, person_id: 40 };

function valueOf(column: string, type: string, random: SeededRandom): string {
  const most = REFERENCES[column];
  // The last of what is referred to is referred to by nobody.
  if (most !== undefined) return String(random.int(1, most - 1));
  switch (type) {
    case 'int':
      return String(random.int(-1, 6));
    case 'decimal':
      return `${random.int(0, 3)}.${random.pick(['00', '10', '50', '07'])}`;
    case 'double':
      return random.pick(['0.1', '0.2', '0.3', '1.5', '-0.0', '2.0']);
    case 'date':
      return `'${dayText(random)}'`;
    case 'timestamp':
      return `'${dayText(random)} ${random.pick(['00:00:00', '23:59:59', '12:30:00'])}'`;
    default:
      return `'${random.pick(TEXTS)}'`;
  }
}

/** Days around the ends of months and years. */
export function dayText(random: SeededRandom): string {
  return random.pick([
    '2019-12-31',
    '2020-01-01',
    '2020-01-31',
    '2020-02-29',
    '2020-03-01',
    '2020-12-31',
    '2021-01-01',
    '2021-02-28',
  ]);
}
