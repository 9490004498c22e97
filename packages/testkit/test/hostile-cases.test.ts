import type { Answer, Statement } from '@perf/contracts';
import { PerfError, checkQuery } from '@perf/contracts';
import type { HostileTarget } from '@perf/testkit/inputs';
import { hostileCases, hostileCatalog, hostileHouse, judgeHostileCase } from '@perf/testkit/inputs';
import { describe, expect, it } from 'vitest';

const statement: Statement = { dialect: 'sqlite', text: 'SELECT 1', parameters: [] };
const nothing: Answer = {
  schema: { fields: [{ name: 'id', type: { kind: 'int32' }, nullable: false }] },
  batches: [],
};

/** A target that refuses, prints and runs as a good one would where it is not asked to be bad. */
function target(bad: Partial<HostileTarget>): HostileTarget {
  return { compile: () => statement, run: async () => nothing, ...bad };
}

const cases = hostileCases();
const refused = cases.filter(({ expected }) => expected === 'refused');
const answered = cases.find(({ expected, benign }) => expected !== 'refused' && benign !== undefined);

describe('hostileCases', () => {
  it('holds attacks through every position, each under a name of its own', () => {
    expect(cases.length).toBeGreaterThan(200);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it('asks for refusals that the checker gives', () => {
    for (const { query } of refused)
      expect(() => checkQuery(query, hostileCatalog())).toThrow(
        expect.objectContaining({ name: 'PerfError' }),
      );
  });

  it('asks for answers that the checker lets pass', () => {
    const passed = cases
      .filter(({ expected }) => expected !== 'refused')
      .map(({ query }) => checkQuery(query, hostileCatalog()));

    expect(passed.length).toBeGreaterThan(200);
  });

  it('builds its house with bound values in every dialect', () => {
    for (const dialect of ['duckdb', 'sqlite', 'postgres'] as const) {
      const texts = hostileHouse(dialect).filter(({ text }) => text.startsWith('INSERT INTO "texts"'));
      expect(new Set(texts.map(({ text }) => text)).size).toBe(2);
    }
  });
});

describe('judgeHostileCase', () => {
  it('reports a query that was not refused', async () => {
    const [first] = refused;
    if (first === undefined) throw new RangeError('no cases');

    await expect(judgeHostileCase(first, target({}))).resolves.toMatch('was not refused');
  });

  it('reports a checker that breaks instead of refusing', async () => {
    const [first] = refused;
    if (first === undefined) throw new RangeError('no cases');
    const compile = (): Statement => {
      throw new RangeError('Maximum call stack size exceeded');
    };

    await expect(judgeHostileCase(first, target({ compile }))).resolves.toMatch('broke the checker');
  });

  it.each<[string, Partial<HostileTarget>, string]>([
    [
      'a value that was pasted into the text',
      { compile: (query) => ({ ...statement, text: JSON.stringify(query) }) },
      'changed the SQL text',
    ],
    ['a wrong answer', {}, 'gave'],
    [
      'a refusal of what is allowed',
      {
        compile: () => {
          throw new PerfError('ERR_PERF_INVALID_QUERY', 'no');
        },
      },
      'refused',
    ],
    [
      'a statement that the database refuses',
      { run: () => Promise.reject(new Error('syntax error')) },
      'failed',
    ],
  ])('reports %s', async (_, bad, told) => {
    if (answered === undefined) throw new RangeError('no cases');
    const one = { ...answered, expected: [1] };

    await expect(judgeHostileCase(one, target(bad))).resolves.toMatch(told);
  });

  it('is silent about an attack that was contained', async () => {
    if (answered === undefined) throw new RangeError('no cases');

    await expect(judgeHostileCase({ ...answered, expected: [] }, target({}))).resolves.toBeUndefined();
  });
});
