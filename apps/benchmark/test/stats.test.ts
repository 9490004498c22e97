import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { PerfError } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { DatabaseFacts } from '../src/stats/database-facts.ts';
import { readFacts } from '../src/stats/read-facts.ts';
import { factsAsJson } from '../src/stats/write-facts.ts';
import { Scratch, runBench } from './run-bench.ts';

const timeout = 30_000;

const FACTS: DatabaseFacts = {
  dialect: 'postgres',
  catalog: {
    version: '7',
    tables: new Map([
      [
        't',
        {
          name: 't',
          columns: [
            { name: 'id', type: { kind: 'int64' }, nullable: false },
            {
              name: '__proto__',
              type: { kind: 'decimal', precision: 10, scale: 2 },
              nullable: true,
              engineType: 'numeric(10,2)',
              classification: 'pii',
            },
          ],
          uniqueKeys: [['id']],
          foreignKeys: [{ columns: ['id'], table: 'u', references: ['id'], enforced: true }],
        },
      ],
    ]),
  },
  statistics: {
    tables: new Map([
      [
        't',
        {
          rows: 10,
          sampledRows: 5,
          bytes: 800,
          indexes: [['id']],
          columns: new Map([
            ['id', { nullFraction: 0, distinct: 10, averageBytes: 8, histogram: [1n, 2n ** 62n] }],
            [
              '__proto__',
              {
                nullFraction: 0.5,
                commonValues: [
                  { value: 'SECRET', fraction: 0.25 },
                  { value: true, fraction: 0.25 },
                ],
              },
            ],
          ]),
        },
      ],
    ]),
  },
  indexes: [
    {
      name: 'i',
      table: 't',
      columns: [{ name: 'id', direction: 'desc' }],
      unique: false,
      primary: false,
      partial: true,
      bytes: 10,
      scans: 0,
    },
  ],
};

describe('a file of statistics', () => {
  it('is read as it was written', () => {
    expect(readFacts(factsAsJson(FACTS, { values: true }))).toEqual(FACTS);
  });

  it('holds no values of the data when none are wanted', () => {
    const text = factsAsJson(FACTS, { values: false });

    expect(text).not.toContain('SECRET');
    expect(readFacts(text).statistics.tables.get('t')?.columns.get('id')).toEqual({
      nullFraction: 0,
      distinct: 10,
      averageBytes: 8,
    });
  });

  it.each([
    ['no JSON: SECRET', 'the file of statistics is not JSON'],
    ['[]', 'statistics must be an object'],
    ['{"format":"other"}', 'this is no file of perf-bench stats'],
    ['{"format":"perf-statistics","version":2}', 'is not of version 1'],
    [
      changed('"dialect": "postgres"', '"dialect": "SECRET"'),
      'statistics.dialect must be one of postgres, sqlite, mysql, duckdb',
    ],
    [
      changed('"type": "int64"', '"type": "SECRET"'),
      'statistics.catalog.tables[0].columns[0].type must be a type',
    ],
    [
      changed('"nullFraction": 0,', '"nullFraction": 7,'),
      'statistics.statistics[0].columns[0].nullFraction must be a number from 0 to 1',
    ],
    [changed('"rows": 10,', '"rows": -1,'), 'statistics.statistics[0].rows must be a number from 0'],
    [
      changed('"int64": "1"', '"int64": "SECRET"'),
      'statistics.statistics[0].columns[0].histogram[0] must be a value',
    ],
    [changed('"unique": false', '"unique": "SECRET"'), 'statistics.indexes[0].unique must be true or false'],
    [
      changed('"uniqueKeys": [', '"uniqueKeys": [ "SECRET",'),
      'statistics.catalog.tables[0].uniqueKeys[0] must be a list',
    ],
  ])(
    'is refused where it is not as written, with the place and nothing of the value (%#)',
    (text, message) => {
      const refused = errorOf(() => readFacts(text));

      expect(refused?.code).toBe('ERR_PERF_INVALID_VALUE');
      expect(refused?.message).toContain(message);
      expect(refused?.message).not.toContain('SECRET');
    },
  );
});

describe('perf-bench stats', () => {
  it(
    'writes a file that can be read, and a table to stdout',
    async () => {
      using scratch = new Scratch();
      const database = new DatabaseSync(scratch.file('db'));
      database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL); CREATE INDEX of_a ON t (a);
        INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, i % 10 FROM n`);
      database.close();

      const { code, stdout } = await runBench([
        'stats',
        '--url',
        `sqlite:${scratch.file('db')}`,
        '--json',
        scratch.file('s.json'),
      ]);
      const facts = readFacts(readFileSync(scratch.file('s.json'), 'utf8'));

      expect(code).toBe(0);
      expect(stdout).toMatch(/\nt\s+1,000\s/);
      expect(facts.dialect).toBe('sqlite');
      expect(facts.statistics.tables.get('t')?.rows).toBe(1000);
      expect(facts.indexes.map(({ name }) => name)).toContain('of_a');
    },
    timeout,
  );

  it.each([
    [[]],
    [['--url', 'sqlite:x']],
    [['--url', 'sqlite:x', '--json', 'y', '--sample-rows', '0']],
    [['--url', 'nonsense', '--json', 'y']],
  ])(
    'ends with 2 for %j',
    async (args) => {
      expect((await runBench(['stats', ...args])).code).toBe(2);
    },
    timeout,
  );
});

function changed(from: string, to: string): string {
  const text = factsAsJson(FACTS, { values: true });
  if (!text.includes(from)) throw new Error(`the file does not hold ${from}`);
  return text.replace(from, to);
}

function errorOf(act: () => unknown): PerfError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (isPerfError(error)) return error;
    throw error;
  }
}
