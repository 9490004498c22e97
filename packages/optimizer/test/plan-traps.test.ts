import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionPlan } from '@perf/contracts';
import { readPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'golden/plans', `${name}.txt`), 'utf8');
const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];
const read = (json: unknown): ExecutionPlan => readPlan(JSON.stringify(json)).plan;
const listIn = (text: string): readonly object[] => {
  const json: unknown = JSON.parse(text);
  const items: readonly unknown[] = Array.isArray(json) ? json : [];
  return items.filter((item) => typeof item === 'object' && item !== null);
};

describe('a plan of MariaDB', () => {
  it('makes the flat list of tables the left-deep join that it is', () => {
    const { plan } = readPlan(golden('mariadb-10.11-three'));

    expect(plan).toMatchObject({ operator: 'join', actualRows: 400 });
    expect(plan.children[0]).toMatchObject({ operator: 'join', actualRows: 20_000 });
    expect(plan.children[0]?.children.map(({ table }) => table)).toEqual(['a', 'f']);
    expect(plan.children[1]).toMatchObject({ operator: 'search', table: 'b', loops: 20_000 });
  });

  it('multiplies r_rows by its loops, and takes filtered as a percentage', () => {
    const found = nodes(readPlan(golden('mariadb-10.11-join')).plan).find(({ table }) => table === 'f');

    expect(found?.actualRows).toBeCloseTo(903, 3);
    expect(found?.rowsRemoved).toBeCloseTo(111 * 67 - 903, 3);
    expect(found).toMatchObject({ loops: 111, estimatedRows: 111 * 33, index: 'flights_origin' });
    expect(found?.selfMs).toBeCloseTo(4.950254217 + 0.454768403, 6);
  });

  it('reads the JSON of MariaDB that is none, because quotes in conditions are not escaped', () => {
    const text = golden('mariadb-10.11-join').replace("'Airport 1%'", `'it\\'s "1%"\t'`);

    expect(() => listIn(text)).toThrow(SyntaxError);
    expect(nodes(readPlan(text).plan).find(({ table }) => table === 'a')?.detail).toBe(
      `filter: a.\`name\` like 'it\\'s "1%"\t'`,
    );
  });

  it('never says what was not run, and marks subqueries that run for each row', () => {
    const never = nodes(readPlan(golden('mariadb-10.11-never')).plan).find(({ table }) => table === 'f');
    const subquery = nodes(readPlan(golden('mariadb-10.11-correlated')).plan).find(
      ({ operator }) => operator === 'subquery',
    );

    expect(never).toMatchObject({ loops: 0, actualRows: 0, selfMs: 0 });
    expect(subquery).toMatchObject({ correlated: true, loops: 6 });
  });

  it('hangs a derived table below the table that it is read as, and tells partitions', () => {
    const derived = nodes(readPlan(golden('mariadb-10.11-derived')).plan).find(
      ({ table }) => table === '<derived2>',
    );

    expect(derived?.children[0]).toMatchObject({ operator: 'sort', actualRows: 300 });
    expect(readPlan(golden('mariadb-10.11-partitions')).plan.partitions).toEqual(['p3']);
  });
});

describe('a step of MariaDB', () => {
  const block = (more: Record<string, unknown>): ExecutionPlan =>
    read({ query_block: { r_loops: 1, ...more } });
  const table = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    table: {
      table_name: name,
      access_type: 'ALL',
      r_loops: 1,
      rows: 20,
      r_rows: 10,
      filtered: 100,
      r_filtered: 100,
      ...more,
    },
  });

  it('is not called never run when it was read while the statement was planned', () => {
    const plan = block({
      nested_loop: [table('c', { access_type: 'const', r_loops: 0, r_rows: null }), table('f')],
    });

    expect(plan.children[0]).not.toHaveProperty('loops');
    expect(plan.children[0]).not.toHaveProperty('actualRows');
  });

  it('joins a table whose index is chosen for each row', () => {
    const plan = block({
      nested_loop: [table('a'), { 'range-checked-for-each-record': table('c', { r_loops: 10 }) }],
    });

    expect(plan).toMatchObject({ operator: 'join', actualRows: 100 });
  });

  it('names merged indexes, and what filters by row ids', () => {
    const range = (key: string): unknown => ({ range: { key, used_key_parts: [key] } });
    const merged = block({
      nested_loop: [
        table('f', { access_type: 'index_merge', index_merge: { union: [range('i'), range('j')] } }),
      ],
    });

    expect(merged).toMatchObject({ operator: 'search', index: 'i, j' });
    expect(block({ nested_loop: [table('f', { rowid_filter: range('carrier') })] }).detail).toBe(
      'rowid filter: carrier',
    );
  });

  it('hangs below a materialised subquery, which runs once', () => {
    const subquery = {
      materialization: { r_loops: 20, query_block: { r_loops: 1, nested_loop: [table('f')] } },
    };
    const plan = block({ nested_loop: [table('a')], subqueries: [subquery] });

    expect(plan.children[1]).toMatchObject({ operator: 'subquery', loops: 1, children: [{ table: 'f' }] });
    expect(plan.children[1]).not.toHaveProperty('correlated');
  });
});

describe('a plan of MySQL', () => {
  it('is the same from version 2 of the JSON', () => {
    const { plan, format } = readPlan(golden('mysql-9-json-2'));
    const lookup = nodes(plan).find(({ table }) => table === 'f');

    expect(format).toBe('mysql');
    expect(lookup).toMatchObject({
      index: 'flights_origin',
      loops: 111,
      actualRows: 111 * 67,
      estimatedRows: 111 * 33,
    });
    expect(plan).toMatchObject({ cost: 1134.35, estimatedRows: 366, actualRows: 903, totalMs: 8.12 });
  });

  it('reads texts as numbers, and rows as what has come together so far', () => {
    const { plan, format, analyzed } = readPlan(golden('mysql-8-json'));
    const found = nodes(plan);

    expect({ format, analyzed }).toEqual({ format: 'mysql', analyzed: false });
    expect(plan).toMatchObject({ operator: 'sort', cost: 1134.35 });
    expect(found.find(({ operator }) => operator === 'join')).toMatchObject({
      estimatedRows: 366,
      cost: 1134.35,
    });
    expect(found.find(({ operator }) => operator === 'subquery')?.correlated).toBe(true);
  });

  it('reads the tree of EXPLAIN ANALYZE: loops, times, and what a filter removed', () => {
    const found = nodes(readPlan(golden('mysql-8-tree')).plan);
    const lookup = found.find(({ table }) => table === 'f');

    expect(lookup).toMatchObject({
      operator: 'search',
      index: 'flights_origin',
      loops: 111,
      actualRows: 111 * 67,
    });
    expect(lookup?.totalMs).toBeCloseTo(111 * 0.06, 9);
    expect(
      found.find(({ operator, detail }) => operator === 'filter' && detail.includes('delay'))?.rowsRemoved,
    ).toBeCloseTo(111 * (67 - 8.14), 6);
  });

  it('knows dependent subqueries, and what was never executed', () => {
    const found = nodes(readPlan(golden('mysql-8-dependent')).plan).filter(
      ({ operator }) => operator === 'subquery',
    );

    expect(found.map(({ correlated }) => correlated)).toEqual([true, undefined]);
    expect(found[1]?.children[0]).toMatchObject({ loops: 0, actualRows: 0 });
  });
});

describe('a plan of SQLite', () => {
  it('is the same from rows and from the tree of the shell', () => {
    expect(readPlan(golden('sqlite-3.53-shell')).plan).toEqual(readPlan(golden('sqlite-3.53-cte')).plan);
  });

  it('tells index and correlation, and takes an automatic index for none', () => {
    const row = (detail: string): ExecutionPlan | undefined =>
      read([{ id: 2, parent: 0, notused: 0, detail }]).children[0];

    expect(row('SEARCH t USING COVERING INDEX i (a=? AND b>?)')).toMatchObject({ table: 't', index: 'i' });
    expect(row('SCAN my table USING INDEX my index LEFT-JOIN')).toMatchObject({
      table: 'my table',
      index: 'my index',
    });
    expect(row('SEARCH b USING AUTOMATIC COVERING INDEX (x=?)')).not.toHaveProperty('index');
    expect(row('SEARCH t USING INTEGER PRIMARY KEY (rowid=?)')).not.toHaveProperty('index');
    expect(row('CORRELATED SCALAR SUBQUERY 1')).toMatchObject({ operator: 'subquery', correlated: true });
  });
});

describe('a plan of DuckDB', () => {
  it('folds projections away that only pack values, and keeps their time', () => {
    const found = nodes(readPlan(golden('duckdb-1.5-group')).plan);

    expect(found.map(({ operator }) => operator)).toEqual(['sort', 'aggregate', 'project', 'scan']);
    expect(JSON.stringify(found)).not.toContain('__internal');
    expect(found.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0)).toBeCloseTo(3.356, 3);
  });

  it('reads the estimate, which is a text, and what a scan threw away', () => {
    const found = nodes(readPlan(golden('duckdb-1.5-join')).plan).find(({ table }) => table === 'flights');

    expect(found).toMatchObject({ estimatedRows: 12_000, actualRows: 2700, rowsRemoved: 57_300 });
  });

  it('reads the list of a plain EXPLAIN and the object of ANALYZE as one tree', () => {
    const shape = (plan: ExecutionPlan): unknown => [plan.operator, plan.table, plan.children.map(shape)];

    expect(shape(readPlan(golden('duckdb-1.5-join-estimate')).plan)).toEqual(
      shape(readPlan(golden('duckdb-1.5-join')).plan),
    );
    expect(readPlan(golden('duckdb-1.5-join-estimate')).analyzed).toBe(false);
    expect(readPlan(golden('duckdb-1.5-join')).plan.memoryBytes).toBe(27_619_968);
  });
});
