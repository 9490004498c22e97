import { isPerfError } from '@perf/contracts';
import { hostileStrings } from '@perf/testkit/inputs';
import { assert, constantFrom, jsonValue, nat, oneof, property } from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { planFigures, planFindings, planMermaid, readPlan, redactPlan, renderPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'golden/plans');
const GOLDEN = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'));

/** Reads and draws; a text that is no plan must be refused by its code, without a word of it. */
function survive(text: string): 'read' | 'refused' {
  try {
    const { plan } = readPlan(text);
    renderPlan(plan);
    planMermaid(plan);
    planFigures(plan);
    planFindings(plan);
    return 'read';
  } catch (error) {
    if (!isPerfError(error, 'ERR_PERF_INVALID_VALUE')) throw error;
    return 'refused';
  }
}

const nested = (depth: number, begin: string, end: string): string =>
  `${begin.repeat(depth)}{"Node Type":"Seq Scan"}${end.repeat(depth)}`;

describe('readPlan', () => {
  it.each([
    ['an empty text', ''],
    ['a text', 'no plan at all'],
    ['a number', '4711'],
    ['a list', '[]'],
    ['an object', '{}'],
    ['a list of lists', '[[[]]]'],
    ['null', 'null'],
    ['a plan that is a text', '{"Plan":"x"}'],
    ['children that are none', '{"Node Type":"Sort","Plans":"x"}'],
    ['children that are numbers', '{"Node Type":"Sort","Plans":[1]}'],
    ['a type that is none', '{"Node Type":7}'],
    ['a block that is none', '{"query_block":7}'],
    ['a loop that is none', '{"query_block":{"nested_loop":{}}}'],
    ['an empty join', '{"query_block":{"nested_loop":[{}]}}'],
    ['rows without detail', '[{"id":1,"parent":0,"detail":7}]'],
    ['a node of ours without operator', '{"operator":"x","children":[{"operator":1}]}'],
    ['DuckDB without operators', '[{"name":"","children":[]}]'],
    ['many brackets', '['.repeat(1_000_000)],
    ['deep nodes', nested(20_000, '{"Node Type":"Sort","Plans":[', ']}')],
    ['deep lists', nested(100_000, '[', ']')],
    [
      'a long join',
      `{"query_block":{"nested_loop":[${'{"table":{"table_name":"t"}},'.repeat(5000)}{"table":{}}]}}`,
    ],
    ['a deep tree', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}-> Sort: x`).join('\n')],
    [
      'a deep tree of SQLite',
      Array.from({ length: 3000 }, (_, i) => `${'   '.repeat(i)}\`--SCAN t`).join('\n'),
    ],
    [
      'a deep chain of rows',
      JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ id: i + 1, parent: i, detail: 'SCAN t' }))),
    ],
    ['the text form of Postgres', 'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)'],
    ['version 2 of MySQL without an operation', '{"query_plan":{"operation":7}}'],
  ])('refuses %s by its code', (_, text) => {
    expect(survive(text)).toBe('refused');
  });

  it('says which format it wants where it knows', () => {
    expect(() => readPlan('Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)')).toThrow(/FORMAT JSON/);
    expect(() => readPlan('{"Node Type":"Result"}', { format: 'duckdb' })).toThrow(
      'format postgres, not duckdb',
    );
  });

  it('never repeats the text that it refuses', () => {
    for (const text of ['SELECT SECRET', '{"SECRET":', '{"Node Type":"Sort","Plans":["SECRET"]}'])
      expect(() => readPlan(text)).toThrow(/^(?!.*SECRET)/);
  });

  it.each([
    ['spaces', ' '.repeat(2_000_000)],
    ['pluses', '+'.repeat(2_000_000)],
    ['quotes', `{${'"'.repeat(2_000_000)}`],
    ['arrows', '-> '.repeat(500_000)],
    ['arrows with figures', `-> ${'(cost=1 rows=1) '.repeat(100_000)}`],
    ['branches', '|--'.repeat(500_000)],
    ['members', `{"a": "${'" '.repeat(500_000)}`],
    [
      'a long detail',
      JSON.stringify([{ id: 1, parent: 0, detail: `SCAN t USING INDEX ${' ('.repeat(500_000)}` }]),
    ],
    [
      'a long condition',
      JSON.stringify({ 'Node Type': 'Sort', Filter: `${"'".repeat(400_001)}${'"'.repeat(400_001)}` }),
    ],
    ['many digits', JSON.stringify({ 'Node Type': 'Sort', Filter: '1e'.repeat(500_000) })],
    ['many parameters', JSON.stringify({ 'Node Type': 'Sort', Filter: '$1 '.repeat(500_000) })],
    [
      'many init plans',
      JSON.stringify({
        'Node Type': 'Sort',
        Plans: Array.from({ length: 15_000 }, () => ({
          'Node Type': 'Result',
          'Parent Relationship': 'InitPlan',
          'Subplan Name': 'InitPlan 1 (returns $1)',
          Filter: '$1',
          'Actual Total Time': 1,
          'Actual Loops': 1,
        })),
      }),
    ],
  ])('does not hang on %s', (_, text) => {
    const started = performance.now();
    survive(text);

    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('survives real plans in which any value was replaced', () => {
    expect.hasAssertions();
    const wrong = oneof(
      jsonValue({ maxDepth: 2 }),
      constantFrom(...hostileStrings.slice(0, 40)),
      constantFrom(-1, 1e308, '1e999', 'NaN'),
    );
    assert(
      property(constantFrom(...GOLDEN), nat(), wrong, (text, at, value) => {
        let left = at % 200;
        const mutated = JSON.stringify(jsonOr(text), (_, inner: unknown) => (left-- === 0 ? value : inner));
        expect(survive(mutated)).toMatch(/^re/);
      }),
      { numRuns: 1500 },
    );
  });

  it('survives real plans that were cut anywhere', () => {
    assert(
      property(constantFrom(...GOLDEN), nat(), nat(), (text, a, b) => {
        expect(survive(text.slice(0, a % text.length) + text.slice(b % text.length))).toMatch(/^re/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('redactPlan', () => {
  it.each([
    ["(name ~~ 'Airport 1%'::text)", '(name ~~ ?::text)'],
    ["(a = 'it''s SECRET') AND (b > 5.5e-7)", '(a = ?) AND (b > ?)'],
    ['(n > $1) AND (x < -3) AND y = #0', '(n > $1) AND (x < ?) AND y = #0'],
    ['"2024 sales"."col 1" = 5 AND t2.c3 > 7', '"2024 sales"."col 1" = ? AND t2.c3 > ?'],
    ["a.`name` like _utf8mb4'x' and d > DATE'2001-02-03'", 'a.`name` like _utf8mb4? and d > DATE?'],
    ['d>2001-02-03 AND id = 0x4142 AND u = 12ab34', 'd>?-?-? AND id = ? AND u = ?'],
    ["(hashed SubPlan 1) OR (InitPlan 2).col1 = 'x'", '(hashed SubPlan 1) OR (InitPlan 2).col1 = ?'],
    ["E'tab\\\\n' = x", 'E? = x'],
    ['in ? × 4', 'in ? × 4'],
    ['Workers Planned: 2; Filter: (a > 2)', 'Workers Planned: 2; Filter: (a > ?)'],
  ])('writes %s as %s', (detail, expected) => {
    expect(redactPlan({ operator: 'filter', detail, children: [] }).detail).toBe(expected);
  });

  it.each([
    "it's = 'SECRET'",
    "a = 'x\\'SECRET'",
    "a = 'x\\' AND b = 'SECRET'",
    'we"t = \'SECRET"\'',
    "a = 'SECRET",
    "x's = y's AND z = ' SECRET '",
    "\"it's\" = 'SECRET'",
    'a"b > SECRET AND c"d = 7',
  ])('shows nothing of %s, which can be read in two ways', (detail) => {
    expect(redactPlan({ operator: 'filter', detail, children: [] }).detail).not.toMatch(
      /SECRET.*'|'.*SECRET/,
    );
  });

  it('keeps hostile literals of every engine to itself', () => {
    for (const text of hostileStrings) {
      const standard = `(a = 'KEEP${text.replaceAll("'", "''")}KEEP'::text)`;
      const escaped = `a = 'KEEP${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}KEEP'`;
      for (const detail of [standard, escaped])
        expect([
          detail,
          redactPlan({ operator: 'scan', detail, children: [] }).detail.includes('KEEP'),
        ]).toEqual([detail, false]);
    }
  });

  it('lets the rows of a limit stand', () => {
    expect(redactPlan({ operator: 'limit', detail: '5 rows, skip 10', children: [] }).detail).toBe(
      '5 rows, skip 10',
    );
  });
});

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A tree, or what MariaDB calls JSON.
    return text;
  }
}
