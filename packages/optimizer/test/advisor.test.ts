import type { TableIndex, WorkloadStatement } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { AdviseOptions, IndexAdvice } from '@perf/optimizer';
import { adviseIndexes } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { CATALOG, STATISTICS, modelCost } from './advisor-shop.ts';

const MEGABYTE = 1_000_000;

const advise = (
  texts: readonly (string | WorkloadStatement)[],
  more: Partial<AdviseOptions> = {},
): Promise<IndexAdvice> =>
  adviseIndexes(
    texts.map((text) => (typeof text === 'string' ? { text, calls: 10, meanMs: 5 } : text)),
    {
      dialect: 'postgres',
      catalog: CATALOG,
      statistics: STATISTICS,
      cost: modelCost,
      startCost: 0,
      budgetBytes: 100 * MEGABYTE,
      ...more,
    },
  );
const ddl = ({ indexes }: IndexAdvice): readonly string[] => indexes.map((index) => index.ddl);
const standing = (name: string, columns: readonly string[], more: Partial<TableIndex> = {}): TableIndex => ({
  name,
  table: 'requests',
  columns: columns.map((column) => ({ name: column })),
  unique: false,
  primary: false,
  partial: false,
  ...more,
});

const LATEST = 'select id, at from requests where user_id = 7 order by at desc limit 10';
const BY_STATUS = "select id from requests where endpoint = '/a' and status = 500";

describe('what is proposed', () => {
  it.each([
    [
      'two columns, one descending',
      LATEST,
      'CREATE INDEX CONCURRENTLY "requests_user_id_at_desc_idx" ON "requests" ("user_id", "at" DESC)',
    ],
    [
      'two that are compared',
      BY_STATUS,
      'CREATE INDEX CONCURRENTLY "requests_endpoint_status_idx" ON "requests" ("endpoint", "status")',
    ],
    [
      'rows with a value alone',
      'select id from requests where error is not null and at > 5',
      'CREATE INDEX CONCURRENTLY "requests_at_with_error_idx" ON "requests" ("at") WHERE "error" IS NOT NULL',
    ],
    [
      'rows with a flag alone',
      'select id from requests where user_id = 3 and is_slow',
      'CREATE INDEX CONCURRENTLY "requests_user_id_if_is_slow_idx" ON "requests" ("user_id") WHERE "is_slow"',
    ],
    [
      'a foreign key that is joined',
      'select r.id from users u join requests r on r.user_id = u.id where u.id = 5',
      'CREATE INDEX CONCURRENTLY "requests_user_id_idx" ON "requests" ("user_id")',
    ],
    [
      'a lookup',
      'select id from requests where user_id = $1',
      'CREATE INDEX CONCURRENTLY "requests_user_id_idx" ON "requests" ("user_id")',
    ],
  ])('is an index of %s', async (_, text, expected) => {
    const advice = await advise([text]);

    expect(ddl(advice)).toEqual([expected]);
  });

  it('tells what each statement gains, the bytes, the undo and how sure it is', async () => {
    const advice = await advise([LATEST, 'select count(*) n from users']);
    const [index] = advice.indexes;

    expect(index?.statements).toEqual([{ text: LATEST, costBefore: 3010, costAfter: 12 }]);
    expect(index?.undo).toBe('DROP INDEX CONCURRENTLY "requests_user_id_at_desc_idx"');
    expect(index?.bytes).toBeGreaterThan(2 * MEGABYTE);
    expect(index?.bytes).toBeLessThan(4 * MEGABYTE);
    expect(index?.confidence).toBe('high');
    expect(advice).toMatchObject({ bytes: index?.bytes, isComplete: true });
    expect(advice.statements).toHaveLength(2);
  });

  it('puts values of the column in place of parameters, says so, and asks nothing that no value is known for', async () => {
    const asked: string[] = [];
    const advice = await advise(
      [
        'select id from requests where user_id = $1 and at > $2',
        'select id from requests where user_id = $1 limit $2',
      ],
      { cost: async (text, indexes, use) => modelCost(asked[asked.push(text) - 1] ?? '', indexes, use) },
    );

    expect(new Set(asked)).toEqual(
      new Set(['SELECT requests.id FROM requests WHERE requests.user_id = 500 LIMIT 20']),
    );
    expect(advice.statements.find(({ skipped }) => skipped !== undefined)?.skipped).toContain('parameter');
    expect(advice.indexes[0]?.confidence).toBe('medium');
  });

  it('is written as each engine wants it', async () => {
    const [mysql, sqlite, duckdb] = await Promise.all(
      (['mysql', 'sqlite', 'duckdb'] as const).map((dialect) => advise([LATEST], { dialect })),
    );

    expect(mysql?.indexes[0]).toMatchObject({
      ddl: 'CREATE INDEX `requests_user_id_at_desc_idx` ON `requests` (`user_id`, `at` DESC) ALGORITHM=INPLACE LOCK=NONE',
      undo: 'DROP INDEX `requests_user_id_at_desc_idx` ON `requests` ALGORITHM=INPLACE LOCK=NONE',
    });
    expect(sqlite?.indexes[0]?.ddl).toBe(
      'CREATE INDEX "requests_user_id_at_desc_idx" ON "requests" ("user_id", "at" DESC)',
    );
    expect(duckdb?.indexes[0]?.ddl).not.toContain('DESC');
  });

  it('is a layout on BigQuery', async () => {
    const advice = await advise(
      [
        "select user_id, count(*) n from requests where at >= timestamp '2024-01-01 00:00:00' and endpoint = '/a' group by user_id",
      ],
      { dialect: 'bigquery' },
    );

    expect(advice.indexes).toEqual([]);
    expect(advice.partitions).toMatchObject([
      {
        table: 'requests',
        clause: 'PARTITION BY TIMESTAMP_TRUNC(`at`, DAY) CLUSTER BY `endpoint`, `user_id`',
      },
    ]);
  });
});

describe('what is not proposed', () => {
  it('is what a key or an index begins with already', async () => {
    const indexes = [standing('there', ['user_id', 'at'])];

    expect(
      ddl(
        await advise(['select at from requests where user_id = 4', 'select * from users where id = 3'], {
          indexes,
        }),
      ),
    ).toEqual([]);
  });

  it('is more than the budget holds', async () => {
    expect(await advise([LATEST, BY_STATUS], { budgetBytes: 0 })).toMatchObject({ indexes: [], bytes: 0 });
    const some = await advise([LATEST, BY_STATUS], { budgetBytes: MEGABYTE });
    expect(some.indexes).toHaveLength(1);
    expect(some.bytes).toBeLessThanOrEqual(MEGABYTE);
  });

  it('is what writes lose more by than reads gain', async () => {
    const insert = { text: 'insert into requests values ($1)', calls: 100_000, meanMs: 1, writesPerS: 300 };
    const read = { text: BY_STATUS, calls: 1, meanMs: 1 };

    expect(ddl(await advise([insert, read]))).toEqual([]);
    const paying = await advise([
      { ...insert, calls: 1 },
      { ...read, calls: 100 },
    ]);
    expect(paying.indexes[0]?.writes.entriesPerS).toBe(300);
    expect(paying.indexes[0]?.writes.penalty).toBeGreaterThan(0);
  });

  it('counts an update only where it sets a column of the index', async () => {
    const read = { text: BY_STATUS, calls: 1, meanMs: 1 };
    const update = (column: string): WorkloadStatement => ({
      text: `update requests set ${column} = $1 where id = $2`,
      calls: 100_000,
      meanMs: 1,
    });

    expect(ddl(await advise([update('at'), read], { dialect: 'mysql' }))).toHaveLength(0);
    expect(ddl(await advise([update('status'), read], { dialect: 'mysql' }))).toHaveLength(0);
    expect(ddl(await advise([{ ...update('at'), calls: 20 }, read], { dialect: 'mysql' }))).toHaveLength(1);
  });

  it('is anything for statements that are not read; these are told with the reason', async () => {
    const advice = await advise(['select * from nowhere', 'vacuum', BY_STATUS]);

    expect(advice.indexes).toHaveLength(1);
    expect(advice.statements.filter(({ skipped }) => skipped !== undefined)).toHaveLength(2);
  });
});

describe('what stands already', () => {
  it('is to be dropped when another does the same, or nobody uses it; keys and supports of foreign keys stay', async () => {
    const { drops } = await advise([BY_STATUS], {
      indexes: [
        standing('requests_pkey', ['id'], { unique: true, primary: true, scans: 0 }),
        standing('of_user', ['user_id'], { scans: 9 }),
        standing('of_user_at', ['user_id', 'at'], { scans: 0 }),
        standing('by "error"', ['error'], { scans: 0 }),
        standing('uncounted', ['status']),
      ],
    });

    expect(
      drops.map(({ index, reason, coveredBy, ddl: text }) => [index.name, reason, coveredBy, text]),
    ).toEqual([
      ['of_user', 'duplicate', 'of_user_at', 'DROP INDEX CONCURRENTLY "of_user"'],
      ['by "error"', 'unused', undefined, 'DROP INDEX CONCURRENTLY "by ""error"""'],
    ]);
    expect(drops[0]?.undo).toBe('CREATE INDEX CONCURRENTLY "of_user" ON "requests" ("user_id")');
  });
});

describe('the search', () => {
  it('gives what it has when time runs out', async () => {
    let now = 0;
    const advice = await advise([LATEST, BY_STATUS], { maxMs: 100, now: () => (now += 30) });

    expect(advice.isComplete).toBe(false);
    expect(advice.bytes).toBeLessThanOrEqual(advice.budgetBytes);
  });

  it('sets aside what the engine refuses, and passes an abort on', async () => {
    const refusing = await advise([LATEST, BY_STATUS], {
      cost: async (text, indexes, use) => {
        if (text === LATEST) throw new PerfError('ERR_PERF_ENGINE_FAILED', 'no');
        return modelCost(text, indexes, use);
      },
    });

    expect(refusing.statements.find(({ text }) => text === LATEST)?.skipped).toContain(
      'ERR_PERF_ENGINE_FAILED',
    );
    expect(refusing.indexes).toHaveLength(1);
    await expect(advise([LATEST], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
  });

  it('refuses nonsense', async () => {
    await expect(advise([LATEST], { maxMs: 0 })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(advise([LATEST], { budgetBytes: -1 })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    await expect(advise([LATEST], { maxStatements: 0.5 })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('estimates by itself where no engine is asked', async () => {
    const workload = [{ text: 'select id from requests where user_id = 7', calls: 10, meanMs: 5 }];
    const { indexes } = await adviseIndexes(workload, {
      dialect: 'sqlite',
      catalog: CATALOG,
      statistics: STATISTICS,
      startCost: 0,
      budgetBytes: 100 * MEGABYTE,
    });

    expect(indexes).toMatchObject([
      { index: { table: 'requests', columns: [{ name: 'user_id' }] }, confidence: 'medium' },
    ]);
  });
});
