import type { ExecutionPlan, TableIndex } from '@perf/contracts';
import type { Defect, DetectedStatement } from '@perf/optimizer';
import { detect } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { CATALOG, STATISTICS } from './advisor-shop.ts';

const facts = { dialect: 'postgres', catalog: CATALOG, statistics: STATISTICS } as const;

function kinds(text: string, plan?: ExecutionPlan): readonly string[] {
  return of({ text, ...(plan === undefined ? {} : { plan }) }).map(({ kind }) => kind);
}

function of(...statements: readonly DetectedStatement[]): readonly Defect[] {
  return detect({ ...facts, statements });
}

describe('statements', () => {
  it.each([
    ['select * from users limit 5', 'select-star'],
    ['select id, u.* from users u limit 5', 'select-star'],
    ['select id from requests', 'unbounded-result'],
    ['select id from requests order by id limit 20 offset 50000', 'deep-offset'],
    ['select id from users where name = 5 limit 5', 'implicit-cast'],
    ['select r.id from requests r join users u on u.name = r.user_id limit 5', 'implicit-cast'],
    ["select id from users where name like '%ann' limit 5", 'leading-wildcard'],
    ['select u.id from users u, requests r where r.status = 500 limit 5', 'cartesian-join'],
    ['select id from users where name not in (select error from requests) limit 5', 'not-in-null'],
  ])('%s', (text, kind) => {
    expect(kinds(text)).toContain(kind);
  });

  it.each([
    'select id from users where exists (select * from requests r where r.user_id = users.id) limit 5',
    'select count(*) n from requests',
    'select 2 * id doubled from users limit 5',
    'select u.id from users u join requests r on r.user_id = u.id limit 5',
    'select u.id from users u, requests r where r.user_id = u.id limit 5',
    "select id from users where name like 'ann%' limit 5",
    'select id from users where name not in (select endpoint from requests) limit 5',
    'select id from requests where at > $1 limit 5',
  ])('nothing is wrong with %s', (text) => {
    expect(kinds(text)).toEqual([]);
  });

  it('are named without their literals, and a defect of several is one', () => {
    const [a, b] = [
      `select * from users where name = 'secret one' limit 5`,
      `select * from users where name = 'two' limit 5`,
    ];
    const found = of({ text: a }, { text: b });

    expect(found).toHaveLength(1);
    expect(found[0]?.statements).toEqual([a, b]);
    expect(JSON.stringify({ ...found[0], statements: [] })).not.toContain('secret');
  });

  it('that are not understood are still looked at for what tokens tell', () => {
    expect(kinds('select * from users where mystery(name) limit 5')).toEqual(['select-star']);
    expect(kinds("select '")).toEqual([]);
  });
});

describe('plans', () => {
  const scan = (estimatedRows: number, operator = 'scan'): ExecutionPlan => ({
    operator,
    table: 'requests',
    detail: '',
    estimatedRows,
    children: [],
  });
  const text = 'select id from requests where status = 500 limit 5';

  it('that read a large table for a few rows are told of, those that need most of it are not', () => {
    expect(of({ text, plan: scan(100) })).toMatchObject([
      { kind: 'full-scan', subject: 'requests', severity: 'high', statements: [text] },
    ]);
    expect(kinds(text, scan(90_000))).toEqual([]);
    expect(kinds(text, scan(100, 'search'))).toEqual([]);
  });

  it('with actual figures say it once, as a missing index', () => {
    const plan: ExecutionPlan = {
      ...scan(100),
      detail: 'Filter: (status = 500)',
      actualRows: 90,
      rowsRemoved: 99_910,
      loops: 1,
      selfMs: 30,
      totalMs: 30,
    };

    expect(kinds(text, plan)).toEqual(['missing-index']);
  });
});

describe('the catalogue', () => {
  const index = (name: string, columns: readonly string[], more: Partial<TableIndex> = {}): TableIndex => ({
    name,
    table: 'requests',
    columns: columns.map((column) => ({ name: column })),
    unique: false,
    primary: false,
    partial: false,
    ...more,
  });

  it('tells of foreign keys without an index, and of indexes that do nothing', () => {
    const key = index('requests_pkey', ['id'], { unique: true, primary: true });
    const found = detect({
      ...facts,
      indexes: [
        key,
        index('by_status', ['status'], { scans: 9 }),
        index('by_status_at', ['status', 'at'], { scans: 0 }),
      ],
    });

    expect(found.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'unindexed-foreign-key requests(user_id)',
      'duplicate-index requests(by_status)',
      'unused-index requests(by_status_at)',
    ]);
    const indexes = [key, index('by_user', ['user_id', 'at'], { scans: 0 })];
    expect(detect({ ...facts, indexes })).toEqual([]);
  });

  it('tells of tables without key or index, and of big ones', () => {
    const [requests] = CATALOG.tables.values();
    const known = STATISTICS.tables.get('requests');
    if (requests === undefined || known === undefined) throw new Error('the shop has no requests');
    const bare = { ...requests, uniqueKeys: [], foreignKeys: [] };
    const catalog = { version: '2', tables: new Map([['requests', bare]]) };
    const statistics = { tables: new Map([['requests', { ...known, rows: 2e8 }]]) };

    expect(detect({ ...facts, catalog, statistics, indexes: [] }).map(({ kind }) => kind)).toEqual([
      'no-index',
      'big-table',
    ]);
    expect(detect({ ...facts, catalog, statistics }).map(({ kind }) => kind)).toEqual([
      'no-key',
      'big-table',
    ]);
  });
});
