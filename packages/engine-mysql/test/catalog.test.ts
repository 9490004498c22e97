import type { CatalogTable } from '@perf/contracts';
import { describeWith } from '@perf/services/vitest';
import { readRows } from '@perf/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenEngine } from './open.ts';
import { openEngine } from './open.ts';

describeWith('mariadb', 'catalogue of MariaDB', (url) => {
  let opened: OpenEngine;
  let clock = 0;
  beforeAll(async () => {
    opened = await openEngine(url, { catalogTtlMs: 1000, now: () => clock });
    for (const sql of [
      `CREATE TABLE a (id INT PRIMARY KEY, code VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, name VARCHAR(40) COLLATE utf8mb4_unicode_ci,
        tree JSON, UNIQUE KEY begins (name(5)), UNIQUE KEY both_of (name, code))`,
      `CREATE TABLE b (id INT, a_id INT, a_code VARCHAR(9) COLLATE utf8mb4_nopad_bin, a_name VARCHAR(40) COLLATE utf8mb4_unicode_ci,
        KEY (a_name), FOREIGN KEY (a_id) REFERENCES a (id), FOREIGN KEY (a_code) REFERENCES a (code),
        FOREIGN KEY (a_name, a_code) REFERENCES a (name, code), PRIMARY KEY (id, a_id))`,
      `CREATE TABLE m (id INT PRIMARY KEY) ENGINE=MyISAM`,
      `CREATE VIEW seen AS SELECT id, name FROM a`,
    ])
      await opened.run(sql);
  });
  afterAll(() => opened.close());

  const table = async (name: string): Promise<CatalogTable | undefined> =>
    (await opened.engine.catalog()).tables.get(name);

  it('tells keys on whole columns, the primary one first', async () => {
    expect((await table('a'))?.uniqueKeys).toEqual([['id'], ['name', 'code'], ['code']]);
    expect((await table('b'))?.uniqueKeys).toEqual([['id', 'a_id']]);
  });

  it('tells the collation of texts, JSON by its check, and views', async () => {
    expect((await table('a'))?.columns).toEqual([
      { name: 'id', type: { kind: 'int32' }, nullable: false },
      {
        name: 'code',
        type: { kind: 'utf8' },
        nullable: false,
        engineType: 'varchar(9) COLLATE utf8mb4_nopad_bin',
      },
      {
        name: 'name',
        type: { kind: 'utf8' },
        nullable: true,
        engineType: 'varchar(40) COLLATE utf8mb4_unicode_ci',
      },
      { name: 'tree', type: { kind: 'json' }, nullable: true },
    ]);
    expect((await table('seen'))?.columns.map(({ name }) => name)).toEqual(['id', 'name']);
  });

  it('takes a foreign key for enforced only where it compares as queries do', async () => {
    const keys = (await table('b'))?.foreignKeys.map(({ columns, references, enforced }) => [
      columns,
      references,
      enforced,
    ]);

    expect(keys).toContainEqual([['a_id'], ['id'], true]);
    expect(keys).toContainEqual([['a_code'], ['code'], true]);
    expect(keys).toContainEqual([['a_name', 'a_code'], ['name', 'code'], false]);
  });

  it('takes no foreign key for enforced while the server checks none', async () => {
    const lax = await openEngine(url);
    await lax.run('CREATE TABLE p (id INT PRIMARY KEY)');
    await lax.run('CREATE TABLE c (p INT, FOREIGN KEY (p) REFERENCES p (id))');
    await lax.run('SET GLOBAL foreign_key_checks = OFF');
    try {
      expect((await lax.engine.catalog()).tables.get('c')?.foreignKeys[0]?.enforced).toBe(false);
    } finally {
      await lax.run('SET GLOBAL foreign_key_checks = ON');
      await lax.close();
    }
  });

  it('is kept, and read anew after a schema change through the engine and when its time is over', async () => {
    const kept = await opened.engine.catalog();
    await opened.run('CREATE TABLE past (id INT)');
    expect(await opened.engine.catalog()).toBe(kept);

    await readRows(
      await opened.engine.execute({
        dialect: 'mysql',
        text: 'CREATE TABLE through (id INT)',
        parameters: [],
      }),
    );
    const changed = await opened.engine.catalog();
    expect([changed.tables.has('past'), changed.tables.has('through')]).toEqual([true, true]);
    expect(changed.version).not.toBe(kept.version);

    await opened.run('DROP TABLE past, through');
    clock += 1000;
    expect((await opened.engine.catalog()).version).toBe(kept.version);
  });
});

describeWith('mariadb', 'figures of MariaDB', (url) => {
  let opened: OpenEngine;
  beforeAll(async () => {
    opened = await openEngine(url, { random: () => 0.5 });
    await opened.run(
      `CREATE TABLE big (id BIGINT PRIMARY KEY, word VARCHAR(20) NOT NULL, n INT, KEY by_word (word, n), KEY begins (word(2)))`,
    );
    await opened.run(
      `INSERT INTO big SELECT seq, CONCAT('w', seq MOD 500), IF(seq MOD 4 = 0, NULL, seq) FROM seq_1_to_50000`,
    );
    await opened.run('ANALYZE TABLE big PERSISTENT FOR ALL');
  });
  afterAll(() => opened.close());

  it('counts the rows of a small table and learns its columns from a sample and from the server', async () => {
    const found = (await opened.engine.statistics(['big'], { sampleRows: 1000 })).tables.get('big');

    expect(found?.rows).toBe(50_000);
    expect(found?.sampledRows).toBeGreaterThan(500);
    expect(found?.sampledRows).toBeLessThan(2000);
    expect(found?.bytes).toBeGreaterThan(500_000);
    expect(found?.indexes).toEqual([['id'], ['word', 'n']]);
    // What ANALYZE TABLE has learnt from all rows is exact.
    expect(found?.columns.get('word')?.distinct).toBe(500);
    expect(found?.columns.get('n')?.nullFraction).toBe(0.25);
    expect(found?.columns.get('id')?.histogram?.length).toBeGreaterThan(2);
  });

  it('refuses a table that the catalogue does not hold', async () => {
    await expect(opened.engine.statistics(['nowhere'])).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_TABLE',
    });
  });

  it('lists indexes with their columns and sizes', async () => {
    const indexes = await opened.engine.indexes();

    expect(
      indexes.map(({ name, columns, unique, primary }) => [
        name,
        columns.map((column) => column.name),
        unique,
        primary,
      ]),
    ).toEqual([
      ['PRIMARY', ['id'], true, true],
      ['begins', ['word'], false, false],
      ['by_word', ['word', 'n'], false, false],
    ]);
    expect(indexes[2]?.bytes).toBeGreaterThan(100_000);
    expect(indexes.every(({ scans }) => scans === undefined)).toBe(true);
  });

  it('knows no workload where the server counts none', async () => {
    expect(await opened.engine.workload()).toEqual([]);
  });
});
