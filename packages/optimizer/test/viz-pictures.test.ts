import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionPlan } from '@perf/contracts';
import { diffPlans, planHtml, planMermaid, planSvg, readPlan, renderPlan } from '@perf/optimizer';
import { hostileStrings } from '@perf/testkit/inputs';
import { describe, expect, it } from 'vitest';

const golden = (name: string): ExecutionPlan =>
  readPlan(readFileSync(join(import.meta.dirname, 'golden/plans', `${name}.txt`), 'utf8')).plan;

const EVIL = `"><script>alert('x')</script><img src=https://evil.example onerror=alert(1)>&]]>\u0000\u001B[31m\uD800`;

/** A plan with `text` in every place that can hold one. */
function filled(text: string): ExecutionPlan {
  const node = (children: readonly ExecutionPlan[]): ExecutionPlan => ({
    operator: text,
    engineOperator: text,
    table: text,
    index: text,
    detail: `Filter: ${text}`,
    partitions: [text, text],
    estimatedRows: 5,
    actualRows: 50_000,
    selfMs: 5,
    rowsRemoved: 1e6,
    spilledBytes: 1e6,
    correlated: true,
    loops: 99,
    children,
  });
  return node([{ ...node([]), operator: 'scan' }, node([])]);
}

const tagsOf = (markup: string): readonly string[] =>
  (markup.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/[\s/>].*/s, ''));
const withoutScript = (markup: string): string => markup.replace(/<script>[^]*<\/script>/, '');
const pictures = [
  ['planSvg', planSvg],
  ['planHtml', planHtml],
  [
    'a page of two',
    (plan: ExecutionPlan, options: object) => planHtml({ before: plan, after: plan }, options),
  ],
] as const;

describe.each(pictures)('%s', (_, draw) => {
  it('keeps hostile names names: the same elements whatever they are called', () => {
    const harmless = tagsOf(draw(filled('harmless'), { title: 'x' }));
    // Of an empty name there is no column, and what begins with `<` is no table of the user's.
    for (const text of [EVIL, ...hostileStrings.map((one) => `x${one}`)]) {
      const drawn = draw(filled(text), { title: text, notes: [text], literals: true });

      expect(tagsOf(drawn)).toEqual(harmless);
      expect(drawn).not.toMatch(/(?!\n|\t)\p{Cc}/u);
      expect(drawn.isWellFormed()).toBe(true);
    }
  });

  it('asks for nothing from elsewhere', () => {
    const drawn = withoutScript(draw(filled('x'), {}));

    expect(drawn.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:(?!\/\/www\.w3\.org\/2000\/svg)|<link|<iframe|<image|<use|\bsrc=|\bhref=|@import|url\(|\bon[a-z]+=/i,
    );
  });

  it('hides literals unless it is told otherwise', () => {
    const plan: ExecutionPlan = {
      operator: 'scan',
      table: 't',
      detail: "Filter: (a = 'SECRET') AND (b > 4711)",
      rowsRemoved: 1e6,
      actualRows: 1,
      selfMs: 1,
      children: [],
    };

    expect(draw(plan, {})).not.toMatch(/SECRET|4711/);
    expect(draw(plan, { literals: true })).toContain('SECRET');
  });

  it('draws anything: no step measured, one step, figures of every size', () => {
    for (const plan of [
      { operator: '', detail: '', children: [] },
      golden('sqlite-3.53-cte'),
      golden('mariadb-10.11-union'),
      { ...filled('x'), estimatedRows: 1e300, actualRows: 0, selfMs: 0, loops: 0 },
    ])
      expect(withoutScript(draw(plan, {}))).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('planSvg', () => {
  it('marks the hot path, wrong estimates, spills, loops, and what was never run', () => {
    const drawn = planSvg(golden('postgres-15-correlated'));

    expect(drawn.match(/class="pv-node pv-hot"/g)).toHaveLength(3);
    expect(drawn).toContain('×30 off here');
    expect(drawn).toContain('6 loops');
    expect(drawn).toContain('per outer row');
    expect(planSvg(golden('postgres-15-spill'))).toContain('5.1 MiB spilled');
    expect(planSvg(golden('postgres-15-never'))).toMatch(/pv-never[^]*never run/);
  });

  it('says that there are estimates only, and writes them as such', () => {
    const drawn = planSvg(golden('postgres-15-estimate'));

    expect(drawn).toContain('estimates only, nothing was measured');
    expect(drawn).toContain('>~2,805 rows<');
    expect(drawn).not.toContain('→');
  });
});

describe('planHtml', () => {
  it('lets only its own script and style run, told by their hashes', () => {
    const html = planHtml(golden('postgres-15-join'));
    const hash = (tag: string): string => {
      const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };

    expect(html).toContain(
      `content="default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'"`,
    );
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/ style=/);
  });

  it('shows the figures of each step, and no column of which nothing is known', () => {
    const html = planHtml(golden('postgres-15-join'));

    expect(html).toContain('own buffers hit');
    expect(html).not.toContain('>partitions<');
    expect(html).toContain('<td class="n">52,650</td>');
  });

  it('tells findings with what to do, as the engine calls it', () => {
    const html = planHtml(golden('postgres-15-spill'), { dialect: 'postgres' });

    expect(html).toContain('<li class="high">');
    expect(html).toContain('Raise work_mem for this statement');
  });

  it('tells what changed between two plans', () => {
    const html = planHtml({ before: golden('postgres-15-correlated'), after: golden('postgres-15-join') });

    expect(html).toContain('The new plan took 5.19 ms instead of 16.79 ms: 3.2 times faster.');
    expect(html).toContain('changed: detail');
    expect(html.match(/<section data-plan/g)).toHaveLength(2);
  });
});

describe('diffPlans', () => {
  const scan = (table: string, more: Partial<ExecutionPlan> = {}): ExecutionPlan => ({
    operator: 'scan',
    table,
    detail: '',
    children: [],
    ...more,
  });
  const over = (...children: readonly ExecutionPlan[]): ExecutionPlan => ({
    operator: 'join',
    detail: '',
    children,
  });

  it('finds the same work in another order of tables', () => {
    const { steps } = diffPlans(
      over(over(scan('a'), scan('b')), scan('c')),
      over(scan('c'), over(scan('b'), scan('a'))),
    );

    expect(steps.map(({ change }) => change)).toEqual(['same', 'same', 'same', 'same', 'same']);
  });

  it('tells what is read in another way, what is new and what is gone', () => {
    const { steps, speedup } = diffPlans(over(scan('a', { totalMs: 8 }), scan('b')), {
      operator: 'sort',
      detail: '',
      totalMs: 2,
      children: [over({ ...scan('a'), operator: 'search', index: 'i' })],
    });

    expect(
      steps.map(({ change, differs, before, after }) => [
        change,
        (after ?? before)?.node.operator,
        ...differs,
      ]),
    ).toEqual([
      ['added', 'sort'],
      ['added', 'join'],
      ['changed', 'search', 'operator', 'index'],
      ['removed', 'join'],
      ['removed', 'scan'],
    ]);
    expect(speedup).toBe(4);
  });
});

describe('planMermaid', () => {
  it('is a flowchart with the last step on top', () => {
    expect(planMermaid(golden('duckdb-1.5-point'))).toMatchInlineSnapshot(`
      "flowchart TD
        n0["search flights<br>Filters#58; id=#63;<br>~2 rows, 1 actual, ×2.0, 0.05 ms"]
        classDef hot stroke:#c02020,stroke-width:2px
      "
    `);
  });

  it('writes nothing that could be syntax', () => {
    for (const text of [EVIL, ...hostileStrings, 'a"]; click n0 "x"', '`md`', '%%{init: {}}%%'])
      for (const line of planMermaid(filled(text), { literals: true }).trimEnd().split('\n'))
        expect(line).toMatch(
          /^(?:flowchart TD| {2}n\d+\["(?:[\p{L}\p{N} .,_=+~×…-]|#\d+;|<br>)*"\](?::::hot)?| {2}n\d+ --> n\d+| {2}classDef hot [a-z0-9:,#-]+)$/u,
        );
  });
});

describe('renderPlan', () => {
  it('cuts details to the width, colours on demand, and lets no name steer the terminal', () => {
    const wide = renderPlan(golden('postgres-15-join'), { width: 90 }).split('\n');
    const hostile = renderPlan(filled(EVIL));

    expect(Math.max(...wide.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(renderPlan(golden('postgres-15-join'), { color: true })).toContain(
      '\u001B[1;31mscan flights\u001B[0m',
    );
    expect(hostile).not.toContain('\u001B');
    expect(hostile).toContain('\\u001b[31m');
  });
});
