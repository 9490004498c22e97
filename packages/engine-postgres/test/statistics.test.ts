import { describeWith } from '@perf/services/vitest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSubject } from './open.ts';
import type { Subject } from './open.ts';

describeWith('postgres', 'statistics of Postgres', (url) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(url, {
      sql: `CREATE TABLE analyzed (id int PRIMARY KEY, kind text, at timestamp, day date, price numeric(8,2), flag boolean, doc jsonb, big int8, old date);
        INSERT INTO analyzed SELECT i, CASE WHEN i % 10 < 6 THEN 'a,"b' WHEN i % 10 < 9 THEN 'é' END, timestamp '2001-01-01' + i * interval '1 minute',
          date '2001-01-01' + i % 100, (i % 50) * 1.25, i % 4 = 0, '{}', i::int8 * 1000000000, CASE WHEN i % 2 = 0 THEN 'infinity'::date ELSE '2001-01-01' END
        FROM generate_series(1, 20000) i;
        CREATE INDEX analyzed_two ON analyzed (kind, day DESC); CREATE INDEX analyzed_part ON analyzed (day) WHERE flag;
        CREATE INDEX analyzed_lower ON analyzed (lower(kind));
        CREATE TABLE unseen (id int, kind text); INSERT INTO unseen SELECT i, 'k' || i % 3 FROM generate_series(1, 30000) i;
        CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
        CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2001-01-01') TO ('2001-02-01');
        CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2001-02-01') TO ('2001-03-01');
        INSERT INTO days SELECT date '2001-01-01' + i % 59, i FROM generate_series(1, 5900) i;
        CREATE TABLE empty (a int); CREATE VIEW seen AS SELECT 1 AS a;
        ALTER TABLE unseen SET (autovacuum_enabled = off);
        ANALYZE analyzed, days, empty`,
    });
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it('reads what ANALYZE found, each value by its type', async () => {
    const found = (await subject.engine.statistics(['analyzed'])).tables.get('analyzed');
    const column = (name: string) => found?.columns.get(name);

    expect(found).toMatchObject({ rows: 20_000, sampledRows: 20_000, indexes: [['id'], ['kind', 'day']] });
    expect(found?.bytes).toBeGreaterThan(1_000_000);
    expect(column('id')).toMatchObject({ nullFraction: 0, distinct: 20_000, averageBytes: 4 });
    expect(column('id')?.histogram).toHaveLength(101);
    expect(column('id')?.histogram?.[100]).toBe(20_000);
    expect(column('big')?.histogram?.[0]).toBe(1_000_000_000n);
    expect(column('kind')).toMatchObject({
      nullFraction: 0.1,
      distinct: 2,
      commonValues: [
        { value: 'a,"b', fraction: 0.6 },
        { value: 'é', fraction: expect.closeTo(0.3, 6) as unknown },
      ],
    });
    expect(column('at')?.histogram?.[0]).toBe(Date.UTC(2001, 0, 1, 0, 1));
    expect(column('day')?.commonValues?.map(({ value }) => value)).toContain(Date.UTC(2001, 0, 1));
    expect(column('price')?.commonValues?.map(({ value }) => value)).toContain(1.25);
    expect(column('flag')?.commonValues).toEqual([
      { value: false, fraction: 0.75 },
      { value: true, fraction: 0.25 },
    ]);
    expect(column('old')?.commonValues?.map(({ value }) => value)).toEqual([Date.UTC(2001, 0, 1)]);
    expect(column('doc')?.nullFraction).toBe(0);
  });

  it('counts the rows that came after ANALYZE by the blocks that they fill', async () => {
    await subject.run(`CREATE TABLE growing (a int, b text) WITH (autovacuum_enabled = off);
      INSERT INTO growing SELECT i, repeat('x', 90) FROM generate_series(1, 5000) i; ANALYZE growing;
      INSERT INTO growing SELECT i, repeat('x', 90) FROM generate_series(1, 5000) i`);

    const rows = (await subject.engine.statistics(['growing'])).tables.get('growing')?.rows ?? 0;
    expect(Math.abs(rows - 10_000)).toBeLessThan(300);
  });

  it('samples a table that was never analyzed', async () => {
    const found = (await subject.engine.statistics(['unseen'], { sampleRows: 3000 })).tables.get('unseen');

    expect(found?.rows).toBe(30_000);
    expect(Math.abs((found?.sampledRows ?? 0) - 3000)).toBeLessThan(300);
    expect(found?.columns.get('kind')?.distinct).toBe(3);
    expect(found?.columns.get('id')?.distinct).toBeGreaterThan(20_000);
  });

  it('samples blocks of a big table that was never analyzed', async () => {
    await subject.run(`CREATE TABLE big (id int, filler text) WITH (autovacuum_enabled = off);
      INSERT INTO big SELECT i, repeat('x', 900) FROM generate_series(1, 24000) i`);
    const found = (await subject.engine.statistics(['big'], { sampleRows: 1000 })).tables.get('big');

    expect(Math.abs((found?.rows ?? 0) - 24_000)).toBeLessThan(2400);
    expect(found?.sampledRows).toBeGreaterThan(500);
    expect(found?.sampledRows).toBeLessThan(2001);
  });

  it('adds up partitions, and leaves out what it cannot know', async () => {
    const { tables } = await subject.engine.statistics(['days', 'empty', 'seen']);

    expect(tables.get('days')).toMatchObject({ rows: 5900 });
    expect(tables.get('days')?.columns.get('day')?.distinct).toBe(59);
    expect(tables.get('empty')).toMatchObject({ rows: 0, sampledRows: 0 });
    expect(tables.has('seen')).toBe(false);
    await expect(subject.engine.statistics(['nowhere'])).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_TABLE',
    });
  });
});
