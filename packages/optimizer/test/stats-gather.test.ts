import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Catalog } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { JoinEstimator, gatherJoinStatistics } from '@perf/optimizer';
import { assert, constantFrom, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Forum } from './stats-forum.ts';
import { forumCatalog, openForum } from './stats-forum.ts';

const forum: Forum = {
  users: Array.from({ length: 20 }, (_, i) => ({ age: i, land: i % 2 === 0 ? 'de' : 'fr' })),
  posts: Array.from({ length: 60 }, (_, i) => ({ owner: (i * i) % 20, score: i % 7 })),
  votes: Array.from({ length: 200 }, (_, i) => ({ post: (i * 7) % 60, user: i % 20, kind: i % 4 })),
};
const JOIN = 'SELECT * FROM posts p JOIN votes v ON v.post = p.id WHERE p.score > 2';

describe('gatherJoinStatistics', () => {
  it('stops when the caller aborts, and tells how far it is', async () => {
    await using engine = await openForum(forum);
    const seen: string[] = [];
    const stop = new AbortController();

    const gathered = gatherJoinStatistics(
      engine,
      forumCatalog,
      {
        onProgress: (reading) => {
          seen.push(reading);
          if (reading === 'posts') stop.abort();
        },
      },
      stop.signal,
    );

    await expect(gathered).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(seen).toContain('users');
    expect(seen).not.toContain('votes');
  });

  it('refuses samples of no rows', async () => {
    await using engine = await openForum(forum);

    await expect(gatherJoinStatistics(engine, forumCatalog, { sampleRows: 0 })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('keeps no more rows and keys than it was told, and no classified values', async () => {
    await using engine = await openForum(forum);
    const users = forumCatalog.tables.get('users');
    const columns = users?.columns.map((column) =>
      column.name === 'age' ? ({ ...column, classification: 'pii' } as const) : column,
    );
    const tables = new Map(forumCatalog.tables);
    if (users !== undefined && columns !== undefined) tables.set('users', { ...users, columns });

    const samples = await gatherJoinStatistics(engine, { ...forumCatalog, tables }, { sampleRows: 10 });

    expect(samples.tables.map(({ even }) => even)).toEqual([10, 10, 10]);
    expect(samples.domains.map(({ chances }) => chances.length)).toEqual([10, 10]);
    expect(samples.tables[0]?.columns.map(({ name }) => name)).toEqual(['id', 'land']);
  });

  it('reads names that need quotes, keys of two columns, and joins that no foreign key declares, from SQLite too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perf-stats-'));
    const path = join(folder, 'x.sqlite');
    const database = new DatabaseSync(path);
    database.exec(`CREATE TABLE "or der" ("sh""op" TEXT, no INT, PRIMARY KEY ("sh""op", no));
      CREATE TABLE line (shop TEXT, no INT, "select" INT, FOREIGN KEY (no, shop) REFERENCES "or der" (no, "sh""op"));
      CREATE TABLE price (code INT, cents INT);
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39)
        INSERT INTO "or der" SELECT 's' || (i % 4), i / 4 FROM n;
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
        INSERT INTO line SELECT 's' || (i % 4), (i * i) % 10, i % 5 FROM n;
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
        INSERT INTO price SELECT i % 5, i FROM n;`);
    const text =
      'SELECT count(*) AS n FROM "or der" o JOIN line l ON l.shop = o."sh""op" AND l.no = o.no JOIN price p ON p.code = l."select" WHERE p.cents > 3 AND o.no <> 1';
    const real = Number(database.prepare(text).get()?.['n']);
    database.close();
    try {
      await using engine = await SqliteEngine.open(path, { readOnly: true, foreignKeysHold: true });
      const catalog: Catalog = await engine.catalog();
      const joins = [
        { from: { table: 'line', columns: ['select'] }, to: { table: 'price', columns: ['code'] } },
      ];

      const samples = await gatherJoinStatistics(engine, catalog, { joins });

      const estimator = new JoinEstimator({ dialect: 'sqlite', catalog, samples });
      expect(real).toBeGreaterThan(50);
      const found = estimator.estimate(text);
      expect(found?.rows).toBeCloseTo(real, 6);
      expect(found?.evidence).toBe('sample');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('statistics read back from JSON', () => {
  it('give the same estimates', async () => {
    await using engine = await openForum(forum);
    const samples = await gatherJoinStatistics(engine, forumCatalog, { sampleRows: 20 });
    const estimateBy = (given: unknown): unknown =>
      new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples: given }).estimate(JOIN);

    expect(estimateBy(JSON.parse(JSON.stringify(samples)))).toEqual(estimateBy(samples));
  });

  it('never throw and never give no number, whatever was made of them', async () => {
    await using engine = await openForum(forum);
    const text = JSON.stringify(await gatherJoinStatistics(engine, forumCatalog, { sampleRows: 20 }));
    const nonsense = constantFrom('-1', '1e308', '"x"', 'null', '[]', '{}', '0.5', '99999999', 'true');

    assert(
      property(nat(), nonsense, (at, put) => {
        const values = [...text.matchAll(/-?\d+(\.\d+)?|"\w*"|\[\]|null/g)];
        const hit = values[at % values.length];
        const from = hit?.index ?? 0;
        const hostile: unknown = parsed(
          `${text.slice(0, from)}${put}${text.slice(from + (hit?.[0].length ?? 0))}`,
        );

        const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples: hostile });
        const found = estimator.estimate(JOIN);

        expect(found?.rows).toBeGreaterThanOrEqual(0);
        expect(found?.rows).toBeLessThan(Infinity);
      }),
      { numRuns: 500 },
    );
  });

  it('are used as far as they are consistent, and the rest is told', async () => {
    await using engine = await openForum(forum);
    const { tables, domains } = await gatherJoinStatistics(engine, forumCatalog);
    const broken = {
      version: 1,
      tables: tables.map((table) =>
        table.name === 'posts'
          ? { ...table, columns: table.columns.map((column) => ({ ...column, values: [1] })) }
          : table,
      ),
      domains: domains.map((domain, i) => (i === 0 ? { ...domain, chances: [2] } : domain)),
    };

    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples: broken });

    expect(estimator.faults).toEqual([
      'tables[1].columns[0] is left out: it is not consistent',
      'tables[1].columns[1] is left out: it is not consistent',
      'tables[1].columns[2] is left out: it is not consistent',
      'domains[0] is left out: it is not consistent',
    ]);
    expect(estimator.estimate(JOIN)).toMatchObject({ evidence: 'sample', isDefault: true });
    expect(estimator.estimate('SELECT * FROM votes WHERE kind = 1')).toMatchObject({
      rows: 50,
      isDefault: false,
    });
  });

  it.each([undefined, null, 7, 'x', [], {}, { version: 2 }, { version: 1, tables: 7, domains: [[]] }])(
    'are not used when they are %j',
    (samples) => {
      const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples });

      expect(estimator.estimate(JOIN)).toMatchObject({ isDefault: true, evidence: 'default' });
      expect(estimator.faults.length).toBe(samples === undefined || samples === null ? 0 : 1);
    },
  );
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A name of a property was hit: what is left of it is no JSON.
    return 'broken';
  }
}
