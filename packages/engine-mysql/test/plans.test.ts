import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionPlan } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import { planFromMariadb, planFromMysql, planFromTree } from '@perf/engine-mysql';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, 'plans');
const recorded = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}));

function read(name: string, text: string): ExecutionPlan {
  if (name.endsWith('.txt')) return planFromTree(text);
  return name.startsWith('mysql') ? planFromMysql(text) : planFromMariadb(text, 1200.5);
}

/** A plan as lines: indented by depth, with every figure that is known. */
function drawn({ children, operator, detail, ...rest }: ExecutionPlan, depth = 0): string {
  const known = Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`);
  const line = `${'  '.repeat(depth)}${[operator, ...known].join(' ')}${detail === '' ? '' : ` | ${detail}`}`;
  return [line, ...children.map((child) => drawn(child, depth + 1))].join('\n');
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toFixed(3))) : JSON.stringify(value);
}

describe('recorded plans', () => {
  it.each(recorded)('$name is read as before', async ({ name, text }) => {
    await expect(`${drawn(read(name, text))}\n`).toMatchFileSnapshot(join('golden', `${name}.plan`));
  });

  it.each(recorded)('$name keeps its literals to itself', ({ name, text }) => {
    expect(JSON.stringify(read(name, text))).not.toMatch(/SECRET|'z%'|> 198|= 'A5'|'S1'/);
  });
});

describe('literals', () => {
  it.each([
    [`a.x = 'it''s' and a.y > -5`, 'a.x = ? and a.y > ?'],
    [`a.x = 'it\\'s' and b.t2 = 2.5e+10`, 'a.x = ? and b.t2 = ?'],
    ["`weird 'name` = 3 and subquery#2", "`weird 'name` = ? and subquery#2"],
    [`a.x = 'no end`, '?'],
    [`a.d = DATE'2001-01-01' or a.x = x'ff' or a.x = 0xff`, 'a.d = DATE? or a.x = x? or a.x = ?'],
    [`a.x = "double"`, 'a.x = ?'],
  ])('%s becomes %s', (text, expected) => {
    const table = { table_name: 'a', access_type: 'ALL', attached_condition: text };

    expect(planFromMariadb(JSON.stringify({ query_block: { table } })).detail).toBe(
      `ALL; condition: ${expected}`,
    );
  });
});

describe('a plan that is none', () => {
  const readers = { planFromMariadb, planFromMysql, planFromTree };

  it.each(Object.entries(readers))('is refused by %s', (_, reader) => {
    for (const text of ['', '[]', 'null', '{', '{"query_block": 5}', '{"query_block": []}', 'Access denied'])
      expect(() => reader(text)).toThrow(expect.objectContaining({ code: 'ERR_PERF_ENGINE_FAILED' }));
  });

  it.each(Object.entries(readers))('is refused by %s when it is nested without end', (_, reader) => {
    const deep = 50_000;
    const texts = [
      `${'{"query_block":{"filesort":'.repeat(deep)}{}${'}}'.repeat(deep)}`,
      `{"query_block":${'{"temporary_table":'.repeat(deep)}{}${'}'.repeat(deep)}}`,
      `{"query_block":{"table":{"table_name":"t","access_type":"ALL","attached_condition":${'['.repeat(deep)}${']'.repeat(deep)}}}}`,
      `{"operation":"x","inputs":[${'{"operation":"x","inputs":['.repeat(deep)}${']}'.repeat(deep)}]}`,
      `{"query_block":{"ordering_operation":${'{"grouping_operation":'.repeat(deep)}{}${'}'.repeat(deep)}}}`,
      Array.from({ length: 3000 }, (_each, i) => `${' '.repeat(i)}-> x`).join('\n'),
    ];
    expect(texts.flatMap((text) => faultsOf(() => reader(text)))).toEqual([]);
  });

  it('is read or refused, whatever stands in the places of its values', () => {
    const strange = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(-1, 1e308, null, {}, [], '', true, [[]], { query_block: 1 }),
    );
    const json = recorded.filter(({ name }) => name.endsWith('.json'));
    const changed = fc
      .tuple(
        fc.constantFrom(...json),
        fc.array(fc.tuple(fc.nat(400), strange), { minLength: 1, maxLength: 6 }),
      )
      .map(([{ name, text }, changes]) => ({ name, text: replaced(text, new Map(changes)) }));

    fc.assert(
      fc.property(changed, ({ name, text }) => {
        expect(faultsOf(() => read(name, text))).toEqual([]);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});

/** The JSON with some of its values, by their place, replaced. */
function replaced(text: string, changes: ReadonlyMap<number, unknown>): string {
  let place = 0;
  return JSON.stringify(JSON.parse(text), (_, value: unknown) => {
    place++;
    return changes.has(place) ? changes.get(place) : value;
  });
}

/** What is wrong with what a reader does: it gives a well-formed plan, or refuses with its code. */
function faultsOf(reading: () => ExecutionPlan): readonly string[] {
  try {
    return illFormed(reading());
  } catch (error) {
    return isPerfError(error, 'ERR_PERF_ENGINE_FAILED') ? [] : [String(error)];
  }
}

/** Nodes without operator, and figures that are none. */
function illFormed(plan: ExecutionPlan): readonly string[] {
  const figures = [plan.estimatedRows, plan.actualRows, plan.loops, plan.selfMs, plan.totalMs, plan.cost];
  return [
    ...(plan.operator === '' || typeof plan.detail !== 'string' ? ['a node without operator'] : []),
    ...(figures.every((figure) => figure === undefined || Number.isFinite(figure))
      ? []
      : ['an infinite figure']),
    ...plan.children.flatMap(illFormed),
  ];
}
