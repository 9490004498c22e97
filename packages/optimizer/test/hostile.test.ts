import type { Answer, QueryEngine, Statement } from '@perf/contracts';
import { checkQuery } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { createOptimizer } from '@perf/optimizer';
import { describeWith } from '@perf/services/vitest';
import { hostileCases, hostileCatalog, hostileHouse, judgeHostileCase } from '@perf/testkit/inputs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NOTHING_KNOWN = { tables: new Map() };

describe.each(['duckdb', 'sqlite'] as const)('hostile queries on %s', (name) => {
  let engine: QueryEngine;

  beforeAll(async () => {
    engine = await (name === 'duckdb' ? DuckDbEngine.open(':memory:') : SqliteEngine.open(':memory:'));
    for (const statement of hostileHouse(name)) await run(statement);
  });

  afterAll(() => engine[Symbol.asyncDispose]());

  async function run(statement: Statement): Promise<Answer> {
    const stream = await engine.execute(statement);
    return { schema: stream.schema, batches: await Array.fromAsync(stream) };
  }

  it.each(['as written', 'optimized'])(
    'are all contained, %s',
    async (way) => {
      const catalog = await engine.catalog();
      const optimizer = createOptimizer({ catalog, dialect: name });
      const compile = (input: unknown): Statement => {
        const query = checkQuery(input, catalog);
        return way === 'optimized'
          ? optimizer.optimizeQuery(query, NOTHING_KNOWN).statement
          : optimizer.compile(query);
      };
      const cases = hostileCases();
      const escaped: string[] = [];

      for (const attack of cases) {
        const escape = await judgeHostileCase(attack, { compile, run });
        if (escape !== undefined) escaped.push(escape);
      }

      expect(cases.length).toBeGreaterThan(200);
      expect(escaped).toEqual([]);
    },
    60_000,
  );
});

describeWith('postgres', 'hostile queries on Postgres', (url) => {
  let client: Client;

  beforeAll(async () => {
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE SCHEMA hostile; SET search_path TO hostile');
    for (const { text, parameters } of hostileHouse('postgres')) await client.query(text, [...parameters]);
  }, 60_000);

  afterAll(async () => {
    await client.query('DROP SCHEMA hostile CASCADE');
    await client.end();
  });

  it('are all contained', async () => {
    const catalog = hostileCatalog();
    const optimizer = createOptimizer({ catalog, dialect: 'postgres' });
    const compile = (input: unknown): Statement => optimizer.compile(checkQuery(input, catalog));
    const run = async ({ text, parameters }: Statement): Promise<Answer> => {
      const { rows, fields } = await client.query<unknown[]>({
        text,
        values: [...parameters],
        rowMode: 'array',
      });
      const schema = {
        fields: fields.map(({ name }) => ({ name, type: { kind: 'json' } as const, nullable: true })),
      };
      return { schema, batches: [{ kind: 'rows', layout: 'arrays', schema, rows }] };
    };
    const escaped: string[] = [];

    for (const attack of hostileCases()) {
      const escape = await judgeHostileCase(attack, { compile, run });
      if (escape !== undefined) escaped.push(escape);
    }

    expect(escaped).toEqual([]);
  }, 60_000);
});

describe('hostile queries printed for MySQL', () => {
  it('have the same text as harmless ones, and hold hostile names only in backticks', () => {
    const catalog = hostileCatalog();
    const optimizer = createOptimizer({ catalog, dialect: 'mysql' });
    const compile = (input: unknown): Statement => optimizer.compile(checkQuery(input, catalog));
    const answered = hostileCases().filter(({ expected }) => expected !== 'refused');

    for (const { query, benign = query } of answered) {
      const { text, parameters } = compile(query);
      const outside = text.replace(/`(?:[^`]|``)*`/g, 'name');
      expect(text).toBe(compile(benign).text);
      expect(outside).toMatch(/^[\w\s.,()=<>*?'+-]*$/);
      expect(outside).not.toMatch(/--|\/\*|'(?!\(\?s\)')/);
      expect(outside.match(/\?/g) ?? []).toHaveLength(parameters.length);
    }

    expect(answered.length).toBeGreaterThan(200);
  });

  it('are refused where they name what the catalogue does not hold', () => {
    const catalog = hostileCatalog();
    const refused = hostileCases().filter(({ expected }) => expected === 'refused');

    for (const { query } of refused)
      expect(() => checkQuery(query, catalog)).toThrow(expect.objectContaining({ name: 'PerfError' }));

    expect(refused.length).toBeGreaterThan(200);
  });
});
