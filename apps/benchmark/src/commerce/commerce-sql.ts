import type { Dialect } from '@perf/contracts';
import type { CommerceRow, CommerceValue } from './commerce-rows.ts';
import type { CommerceTable, CommerceType } from './commerce-schema.ts';
import { COMMERCE } from './commerce-schema.ts';

const TYPES: Readonly<Record<Dialect, Readonly<Record<CommerceType, string>>>> = {
  postgres: {
    int: 'integer',
    text: 'text',
    date: 'date',
    timestamp: 'timestamp',
    decimal: 'numeric(12,2)',
    double: 'double precision',
    bool: 'boolean',
  },
  duckdb: {
    int: 'INTEGER',
    text: 'VARCHAR',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
    decimal: 'DECIMAL(12,2)',
    double: 'DOUBLE',
    bool: 'BOOLEAN',
  },
  sqlite: {
    int: 'INTEGER',
    text: 'TEXT',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
    decimal: 'DECIMAL(12,2)',
    double: 'DOUBLE',
    bool: 'BOOLEAN',
  },
  mysql: {
    int: 'int',
    text: 'varchar(200)',
    date: 'date',
    timestamp: 'datetime',
    decimal: 'decimal(12,2)',
    double: 'double',
    bool: 'boolean',
  },
};

/** Rows of one INSERT. */
const ROWS = 500;

/** Statements that make the tables of the shop, with keys and without other indexes but those that an engine makes for foreign keys. */
export function commerceTables(dialect: Dialect): readonly string[] {
  return COMMERCE.map((table) => {
    const columns = table.columns.map(({ name, type, nullable }) => {
      const key = name === 'id' ? ' PRIMARY KEY' : '';
      return `${name} ${TYPES[dialect][type]}${nullable ? '' : ' NOT NULL'}${key}`;
    });
    const unique = table.unique.map((name) => `UNIQUE (${name})`);
    const references = Object.entries(table.references).map(
      ([name, other]) => `FOREIGN KEY (${name}) REFERENCES ${other} (id)`,
    );
    const text = `CREATE TABLE ${table.name} (${[...columns, ...unique, ...references].join(', ')})`;
    // Texts are told apart letter by letter, as the other engines do.
    return dialect === 'mysql' ? `${text} COLLATE utf8mb4_nopad_bin` : text;
  });
}

/** Statements that fill one table. Values are the generator's own, so they stand in the text. */
export function* commerceInserts(
  table: CommerceTable,
  rows: readonly CommerceRow[],
  dialect: Dialect,
): Generator<string> {
  for (let at = 0; at < rows.length; at += ROWS) {
    const tuples = rows
      .slice(at, at + ROWS)
      .map((row) => `(${row.map((value) => literal(value, dialect)).join(', ')})`);
    yield `INSERT INTO ${table.name} VALUES ${tuples.join(', ')}`;
  }
}

function literal(value: CommerceValue, dialect: Dialect): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return dialect === 'sqlite' ? String(Number(value)) : String(value);
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
