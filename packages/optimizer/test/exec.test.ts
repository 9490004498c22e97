import { execFileSync } from 'node:child_process';
import type { CatalogColumn, CatalogTable, DataType, Filter } from '@perf/contracts';
import { compileFilter, compileProject, executeRows, groupBy, rowOrder, topK } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const column = (name: string, type: DataType): CatalogColumn => ({ name, type, nullable: true });
const columns = [
  column('n', { kind: 'int32' }),
  column('long', { kind: 'int64' }),
  column('note', { kind: 'utf8' }),
  column('real', { kind: 'float64' }),
];
const table: CatalogTable = { name: 't', columns, uniqueKeys: [], foreignKeys: [] };

describe('compileFilter', () => {
  it('lets unknown through neither as it is nor turned round', () => {
    const rows = [{ n: 1 }, { n: 5 }, { n: null }, {}];
    const above: Filter = { field: 'n', operator: 'gt', value: 3 };

    for (const codegen of [true, false]) {
      expect(compileFilter(above, columns, { codegen }).select(rows)).toEqual([{ n: 5 }]);
      expect(compileFilter({ not: above }, columns, { codegen }).select(rows)).toEqual([{ n: 1 }]);
      expect(compileFilter({ not: { not: above } }, columns, { codegen }).matches({ n: null })).toBe(false);
    }
  });

  it('takes both ends of a range of texts in, in the order of code points', () => {
    const [low, high] = ['\uFFFD', '\u{1F600}'];
    const rows = ['z', '\uE000', low, '\u{10000}', high, '\u{1F601}'].map((note) => ({ note }));
    for (const codegen of [true, false]) {
      const range = compileFilter({ field: 'note', operator: 'between', value: [low, high] }, columns, {
        codegen,
      });
      expect(range.select(rows)).toEqual(rows.slice(2, 5));
    }
  });

  it('generates code by default, and takes functions where it may not', () => {
    expect(compileFilter({ and: [] }, columns).generated).toBe(true);
    expect(compileFilter({ and: [] }, columns, { codegen: false }).generated).toBe(false);
  });

  it('works where the process forbids generated code', () => {
    const script = `import { compileFilter } from '@perf/optimizer';
      const columns = [{ name: 'n', type: { kind: 'int32' }, nullable: true }];
      const { select, generated } = compileFilter({ field: 'n', operator: 'gt', value: 1 }, columns);
      process.stdout.write(JSON.stringify([generated, select([{ n: 1 }, { n: 2 }])]));`;
    const flags = ['--disallow-code-generation-from-strings', '--conditions=@perf/source', '--no-warnings'];

    const out = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });

    expect(JSON.parse(out)).toEqual([false, [{ n: 2 }]]);
  });

  it('keeps names and values out of the code, whatever they hold', () => {
    const name = `"];globalThis.hacked=1;//'\`\${globalThis.hacked=1}\n`;
    const { select } = compileFilter({ field: name, operator: 'eq', value: name }, [
      column(name, { kind: 'utf8' }),
    ]);

    expect(select([{ [name]: name }, { [name]: 'else' }])).toHaveLength(1);
    expect('hacked' in globalThis).toBe(false);
  });

  it('takes what every object has for a missing field', () => {
    const names = ['constructor', 'toString', '__proto__'];
    for (const name of names)
      for (const codegen of [true, false]) {
        const missing = compileFilter({ field: name, operator: 'isNull' }, [column(name, { kind: 'utf8' })], {
          codegen,
        });
        expect(missing.select([{}, Object.fromEntries([[name, 'here']])])).toHaveLength(1);
      }
  });

  it('tells whole numbers apart beyond 2^53, as bigint or as safe integers', () => {
    const { select } = compileFilter(
      { field: 'long', operator: 'in', value: ['9007199254740993', 7] },
      columns,
    );

    expect(
      select([{ long: 9_007_199_254_740_992n }, { long: 9_007_199_254_740_993n }, { long: 7 }]),
    ).toHaveLength(2);
  });

  it('asks members of an and in the order that costs least on a sample, with the same answer', () => {
    const calls: string[] = [];
    const spied = (n: number): object =>
      Object.defineProperties(
        {},
        { n: { get: () => calls.push('n') && n }, note: { get: () => calls.push('note') && `a${n}` } },
      );
    const filter: Filter = {
      and: [
        { field: 'note', operator: 'regex', value: '^a' },
        { field: 'n', operator: 'lt', value: 3 },
      ],
    };
    const sample = Array.from({ length: 100 }, (_, n) => ({ n, note: `a${n}` }));
    const { matches } = compileFilter(filter, columns, { sample });

    expect(matches({ ...sample[50] })).toBe(false);
    const row = spied(50);
    expect(Reflect.apply(matches, undefined, [row])).toBe(false);
    expect(calls).toEqual(['n']);
  });

  it('refuses what it does not evaluate, and names that no column has', () => {
    const fuzzy: Filter = { field: 'note', operator: 'fuzzy', value: 'a' };
    expect(() => compileFilter(fuzzy, columns)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNSUPPORTED_OPERATOR' }),
    );
    const unknown: Filter = { field: 'x', operator: 'isNull' };
    expect(() => compileFilter(unknown, columns)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNKNOWN_FIELD' }),
    );
  });
});

describe('compileProject', () => {
  it('shows null for what is missing, in both ways, and a column of any name', () => {
    const shown = [
      { name: '__proto__', key: 'n' },
      { name: 'b', key: 'missing' },
    ];
    for (const codegen of [true, false]) {
      const [row] = compileProject(shown, { codegen })([{ n: 1 }]);
      expect(Object.entries(row ?? {})).toEqual([
        ['__proto__', 1],
        ['b', null],
      ]);
    }
  });
});

describe('topK', () => {
  it('gives what a stable sort and a cut give', () => {
    const item = fc.record({ a: fc.option(fc.integer({ min: 0, max: 5 })), place: fc.nat() });
    const order = rowOrder([{ key: 'a', type: { kind: 'int32' }, direction: 'desc', nulls: 'first' }]);
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), fc.nat(20), (rows, count) => {
        expect(topK(rows, count, order)).toEqual(rows.toSorted(order).slice(0, count));
      }),
    );
  });

  it('refuses a count that is none', () => {
    expect(() => topK([], -1, () => 0)).toThrow('count');
  });
});

describe('rowOrder', () => {
  it('sorts text by code points, NaN last and −0 as 0', () => {
    const texts = ['\u{1F600}', '\uFFFD', 'z', '', null].map((note) => ({ note }));
    const byText = rowOrder([{ key: 'note', type: { kind: 'utf8' } }]);
    expect(texts.toSorted(byText).map(({ note }) => note)).toEqual(['', 'z', '\uFFFD', '\u{1F600}', null]);

    const reals = [Number.NaN, 1, -0, Number.POSITIVE_INFINITY, 0].map((real) => ({ real }));
    const byReal = rowOrder([{ key: 'real', type: { kind: 'float64' } }]);
    expect(reals.toSorted(byReal).map(({ real }) => real)).toEqual([
      -0,
      0,
      1,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

describe('groupBy', () => {
  it('adds what a double would lose, and refuses a sum that int64 does not hold', () => {
    const long = { key: 'long', type: { kind: 'int64' } } as const;
    const sum = [{ aggregate: 'sum', of: long }] as const;

    expect(groupBy([{ long: 9_007_199_254_740_993n }, { long: 2 }], [], sum)).toEqual([
      [9_007_199_254_740_995n],
    ]);
    const most = { long: 2n ** 63n - 1n };
    expect(() => groupBy([most, most], [], sum)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }),
    );
  });

  it('adds int32 exactly past 2^53', () => {
    const n = { key: 'n', type: { kind: 'int32' } } as const;
    const rows = Array.from({ length: 5_000_000 }, () => ({ n: 2_147_483_647 }));

    expect(groupBy(rows, [], [{ aggregate: 'sum', of: n }])).toEqual([[5_000_000n * 2_147_483_647n]]);
  });

  it('has one group without keys and rows, and none with keys', () => {
    expect(groupBy([], [], [{ aggregate: 'count' }])).toEqual([[0n]]);
    expect(groupBy([], [{ key: 'n', type: { kind: 'int32' } }], [{ aggregate: 'count' }])).toEqual([]);
  });
});

describe('executeRows', () => {
  it('answers the same with generated code, with functions and over a sample', () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 12_000 }, (_, i) => ({
      n: random.int(0, 50),
      long: BigInt(i),
      note: `note ${random.int(0, 9)}`,
      real: random.next(),
    }));
    const query = {
      from: 't',
      where: {
        and: [
          { field: 'note', operator: 'contains', value: '7' },
          { field: 'n', operator: 'lt', value: 20 },
        ],
      },
      orderBy: [{ field: 'real', direction: 'desc' }],
      limit: 20,
    } as const;

    const [one, other] = [true, false].map((codegen) => executeRows(query, rows, table, { codegen }).rows);

    expect(one).toEqual(other);
    const expected = rows
      .filter(({ n, note }) => n < 20 && note.includes('7'))
      .toSorted((a, b) => b.real - a.real);
    expect(one).toEqual(expected.slice(0, 20));
  });

  it('refuses joins, other tables, and what is no query', () => {
    const joins = [{ table: 't', as: 'u', type: 'inner', on: [{ left: 't.n', right: 'u.n' }] }] as const;
    expect(() => executeRows({ from: 't', joins }, [], table)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNSUPPORTED' }),
    );
    expect(() => executeRows({ from: 'u' }, [], table)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNKNOWN_TABLE' }),
    );
    expect(() => executeRows({ from: 't', limit: -1 }, [], table)).toThrow('limit');
  });
});
