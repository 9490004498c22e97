import type { CatalogColumn, StructuredQuery } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import { describeWith } from '@perf/services/vitest';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('dialects without an engine here', () => {
  const column = (name: string, type: CatalogColumn['type'], engineType?: string): CatalogColumn => ({
    name,
    type,
    nullable: false,
    ...(engineType === undefined ? {} : { engineType }),
  });
  const t = {
    name: 't',
    columns: [
      column('id', { kind: 'int32' }),
      column('at', { kind: 'timestamp', unit: 'us' }, 'timestamp with time zone'),
      column('day', { kind: 'timestamp', unit: 'us' }),
      column('s', { kind: 'utf8' }, 'text COLLATE "de-x-icu"'),
      column('e', { kind: 'utf8' }, 'mood'),
      column('u', { kind: 'utf8' }, 'uuid'),
    ],
    uniqueKeys: [['id']],
    foreignKeys: [],
  };
  const catalog = { version: '1', tables: new Map([['t', t]]) };
  const where = (dialect: 'postgres' | 'mysql', filter: StructuredQuery['where']) => {
    const { text, parameters } = createOptimizer({ catalog, dialect }).compile({
      from: 't',
      select: ['id'],
      ...(filter === undefined ? {} : { where: filter }),
    });
    return [text.replace(/^.* WHERE /, ''), ...parameters];
  };

  it('bind an instant with its zone where a column of Postgres has one', () => {
    const value = '2020-01-01T00:00:00Z';

    expect(where('postgres', { field: 'at', operator: 'eq', value })).toEqual([
      `"t"."at" = (CAST($1 AS timestamp) AT TIME ZONE 'UTC')`,
      '2020-01-01 00:00:00',
    ]);
    expect(where('postgres', { field: 'day', operator: 'eq', value })[0]).toBe(
      '"t"."day" = CAST($1 AS timestamp)',
    );
  });

  it('compare text of Postgres by code points where a column says otherwise', () => {
    expect(where('postgres', { field: 's', operator: 'eq', value: 'a' })[0]).toBe(
      '"t"."s" COLLATE "C" = CAST($1 AS text)',
    );
    expect(where('postgres', { field: 'e', operator: 'eq', value: 'a' })[0]).toBe(
      'CAST("t"."e" AS text) = CAST($1 AS text)',
    );
  });

  it('let Postgres find a UUID by its index, and none for what is no UUID', () => {
    const uuid = (place: string): string =>
      `CASE WHEN CAST(${place} AS text) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN CAST(CAST(${place} AS text) AS uuid) END`;

    expect(where('postgres', { field: 'u', operator: 'eq', value: 'x' })[0]).toBe(
      `("t"."u" IN (${uuid('$1')}) AND CAST("t"."u" AS text) = CAST($1 AS text))`,
    );
    expect(where('postgres', { field: 'u', operator: 'in', value: ['x', 'y'] })[0]).toBe(
      `("t"."u" IN (${uuid('$1')}, ${uuid('$2')}) AND CAST("t"."u" AS text) IN (CAST($1 AS text), CAST($2 AS text)))`,
    );
    expect(where('postgres', { field: 'u', operator: 'ne', value: 'x' })[0]).toBe(
      'CAST("t"."u" AS text) <> CAST($1 AS text)',
    );
  });

  it('compare text of MySQL as bytes, blanks at the end included', () => {
    expect(where('mysql', { field: 'e', operator: 'eq', value: 'a' })).toEqual([
      'CAST(`t`.`e` AS BINARY) = ?',
      'a',
    ]);
    expect(where('mysql', { field: 'e', operator: 'eq', value: 'a', caseSensitive: false })[0]).toBe(
      'CAST(lower(CONVERT(`t`.`e` USING utf8mb4)) AS BINARY) = lower(CONVERT(? USING utf8mb4))',
    );
  });

  it('name a column of a group of MySQL inside an aggregate, as HAVING must', () => {
    const { text } = createOptimizer({ catalog, dialect: 'mysql' }).compile({
      from: 't',
      select: ['e'],
      groupBy: ['e', 'id'],
      having: {
        and: [
          { field: 'e', operator: 'ne', value: 'b' },
          { field: 'id', operator: 'gt', value: 1 },
        ],
      },
    });

    expect(text.replace(/^.* GROUP BY /, '')).toBe(
      'CAST(`t`.`e` AS BINARY), `t`.`id` HAVING CAST(min(`t`.`e`) AS BINARY) <> ? AND `t`.`id` > ?',
    );
  });

  it.each([
    ['a$', 'a\\z'],
    ['^$|b$', '^\\z|b\\z'],
    ['[$]a\\$', '[$]a\\$'],
    ['[^$]$', '[^$]\\z'],
    ['\\\\$', '\\\\\\z'],
    ['[\\]$]$', '[\\]$]\\z'],
  ])('end a pattern of MySQL at the very end: %s', (pattern, bound) => {
    expect(where('mysql', { field: 'e', operator: 'regex', value: pattern })[1]).toBe(bound);
    expect(where('postgres', { field: 'e', operator: 'regex', value: pattern })[1]).toBe(pattern);
  });
});

describeWith('postgres', 'a session of Postgres in another zone', (url) => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`SET TimeZone = 'America/New_York';
      CREATE COLLATION pg_temp.folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TEMP TABLE t (id int, at timestamptz, s text COLLATE pg_temp.folding);
      INSERT INTO t VALUES (1, '2020-01-01 00:00:00+00', 'a'), (2, '2020-01-01 05:00:00+00', 'A')`);
  }, 60_000);
  afterAll(() => client.end());

  it('finds instants in UTC and text by code points', async () => {
    const nullable = true;
    const t = {
      name: 't',
      columns: [
        { name: 'id', type: { kind: 'int32' }, nullable },
        { name: 'at', type: { kind: 'timestamp', unit: 'us' }, nullable, engineType: 'timestamptz' },
        { name: 's', type: { kind: 'utf8' }, nullable, engineType: 'text COLLATE folding' },
      ],
      uniqueKeys: [],
      foreignKeys: [],
    } as const;
    const optimizer = createOptimizer({
      catalog: { version: '1', tables: new Map([['t', t]]) },
      dialect: 'postgres',
    });
    const ids = async (
      field: string,
      operator: 'eq' | 'between' | 'lt' | 'contains',
      value: unknown,
    ): Promise<unknown> => {
      const { text, parameters } = optimizer.compile({
        from: 't',
        select: ['id', 'at'],
        where: { field, operator, value },
      });
      const { rows } = await client.query<{ id: number }>(text, [...parameters]);
      return rows.map(({ id }) => id);
    };
    const midnight = '2020-01-01T00:00:00Z';

    expect(await ids('at', 'eq', midnight)).toEqual([1]);
    expect(await ids('at', 'between', [midnight, '2020-01-01T01:00:00Z'])).toEqual([1]);
    expect(await ids('s', 'eq', 'a')).toEqual([1]);
    expect(await ids('s', 'lt', 'a')).toEqual([2]);
    expect(await ids('s', 'contains', 'A')).toEqual([2]);
  });
});
