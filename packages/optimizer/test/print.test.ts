import type { Dialect, StructuredQuery } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import { catalogFixture } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

const printed = (query: StructuredQuery, dialect: Dialect = 'duckdb') =>
  createOptimizer({ catalog: catalogFixture, dialect }).compile(query);

const ROUTES: StructuredQuery = {
  from: 'flights',
  as: 'f',
  select: [
    'f.origin',
    { aggregate: 'count', as: 'n' },
    { aggregate: 'avg', field: 'f.delay', as: 'mean' },
    { aggregate: 'sum', field: 'f.distance', as: 'miles' },
  ],
  joins: [{ table: 'airports', as: 'a', type: 'left', on: [{ left: 'f.origin', right: 'a.iata' }] }],
  where: {
    and: [
      { field: 'a.state', operator: 'eq', value: 'CA', caseSensitive: false },
      { field: 'f.delay', operator: 'between', value: [10, 20] },
    ],
  },
  groupBy: ['f.origin'],
  having: { field: 'n', operator: 'gte', value: 5 },
  orderBy: [
    { field: 'n', direction: 'desc' },
    { field: 'f.origin', nulls: 'first' },
  ],
  limit: 10,
  offset: 20,
};

describe('compile', () => {
  it('prints one query for each dialect', () => {
    const texts = Object.fromEntries(
      (['duckdb', 'sqlite', 'postgres', 'mysql'] as const).map((dialect) => [
        dialect,
        printed(ROUTES, dialect).text,
      ]),
    );

    expect(texts).toMatchInlineSnapshot(`
      {
        "duckdb": "SELECT "f"."origin" AS "origin", count(*) AS "n", avg("f"."delay") AS "mean", CAST(sum("f"."distance") AS BIGINT) AS "miles" FROM "flights" AS "f" LEFT JOIN "airports" AS "a" ON "f"."origin" = "a"."iata" WHERE lower("a"."state") = lower($1) AND "f"."delay" BETWEEN $2 AND $3 GROUP BY "f"."origin" HAVING count(*) >= $4 ORDER BY count(*) DESC NULLS LAST, "f"."origin" ASC NULLS FIRST LIMIT $5 OFFSET $6",
        "mysql": "SELECT CAST(\`f\`.\`origin\` AS BINARY) AS \`origin\`, count(*) AS \`n\`, avg(CAST(\`f\`.\`delay\` AS DOUBLE)) AS \`mean\`, CAST(sum(\`f\`.\`distance\`) AS SIGNED) AS \`miles\` FROM \`flights\` AS \`f\` LEFT JOIN \`airports\` AS \`a\` ON CAST(\`f\`.\`origin\` AS BINARY) = CAST(\`a\`.\`iata\` AS BINARY) WHERE CAST(lower(CONVERT(\`a\`.\`state\` USING utf8mb4)) AS BINARY) = lower(CONVERT(? USING utf8mb4)) AND \`f\`.\`delay\` BETWEEN ? AND ? GROUP BY CAST(\`f\`.\`origin\` AS BINARY) HAVING count(*) >= ? ORDER BY count(*) IS NULL, count(*) DESC, CAST(\`f\`.\`origin\` AS BINARY) IS NULL DESC, CAST(\`f\`.\`origin\` AS BINARY) LIMIT ? OFFSET ?",
        "postgres": "SELECT "f"."origin" AS "origin", count(*) AS "n", avg(CAST("f"."delay" AS double precision)) AS "mean", CAST(sum("f"."distance") AS bigint) AS "miles" FROM "flights" AS "f" LEFT JOIN "airports" AS "a" ON "f"."origin" = "a"."iata" WHERE lower("a"."state") = lower(CAST($1 AS text)) AND "f"."delay" BETWEEN CAST($2 AS integer) AND CAST($3 AS integer) GROUP BY "f"."origin" HAVING count(*) >= CAST($4 AS bigint) ORDER BY count(*) DESC NULLS LAST, "f"."origin" COLLATE "C" ASC NULLS FIRST LIMIT CAST($5 AS integer) OFFSET CAST($6 AS integer)",
        "sqlite": "SELECT "f"."origin" AS "origin", count(*) AS "n", avg("f"."delay") AS "mean", sum("f"."distance") AS "miles" FROM "flights" AS "f" LEFT JOIN "airports" AS "a" ON "f"."origin" = "a"."iata" WHERE perf_lower("a"."state") = perf_lower(?1) AND "f"."delay" BETWEEN ?2 AND ?3 GROUP BY "f"."origin" HAVING count(*) >= ?4 ORDER BY count(*) DESC NULLS LAST, "f"."origin" ASC NULLS FIRST LIMIT ?5 OFFSET ?6",
      }
    `);
  });

  it('binds every value in the order of the text', () => {
    expect(printed(ROUTES).parameters).toEqual(['CA', 10, 20, 5n, 10, 20]);
    expect(printed(ROUTES, 'mysql').parameters).toEqual(['CA', 10, 20, 5n, 10, 20]);
  });

  it('tells the columns of the answer', () => {
    expect(printed(ROUTES).schema).toEqual({
      fields: [
        { name: 'origin', type: { kind: 'utf8' }, nullable: false },
        { name: 'n', type: { kind: 'int64' }, nullable: false },
        { name: 'mean', type: { kind: 'float64' }, nullable: true },
        { name: 'miles', type: { kind: 'int64' }, nullable: true },
      ],
    });
  });

  it.each(['contains', 'notContains', 'startsWith', 'endsWith', 'regex', 'fuzzy'] as const)(
    'prints %s for each dialect that has it',
    (operator) => {
      const query: StructuredQuery = {
        from: 'airports',
        select: ['iata'],
        where: { field: 'name', operator, value: 'abcdef' },
      };
      const text = (dialect: Dialect): string => {
        try {
          return printed(query, dialect).text.replace(/^.* WHERE /, '');
        } catch (error) {
          return error instanceof Error && 'code' in error ? String(error.code) : String(error);
        }
      };

      expect([text('duckdb'), text('sqlite'), text('postgres'), text('mysql')].join('\n')).toMatchSnapshot();
    },
  );

  it('prints an empty list as never and always', () => {
    expect(printed({ from: 'airports', where: { field: 'iata', operator: 'in', value: [] } }).text).toMatch(
      / WHERE 1 = 0$/,
    );
    expect(
      printed({ from: 'airports', where: { field: 'iata', operator: 'notIn', value: [] } }).text,
    ).toMatch(/ WHERE 1 = 1$/);
    expect(printed({ from: 'airports', where: { or: [] } }).text).toMatch(/ WHERE 1 = 0$/);
  });

  it('prints a keyset page as rows after a place, nulls included', () => {
    const page = (after: readonly (string | number | null)[]): string =>
      printed({
        from: 'flights',
        select: ['id'],
        orderBy: [{ field: 'delay', direction: 'desc' }, { field: 'id' }],
        after,
        limit: 5,
      }).text.replace(/^.* WHERE | ORDER BY .*$/g, '');

    expect([page([7, 1]), page([null, 1])].join('\n')).toMatchInlineSnapshot(`
      "("flights"."delay" < $1 OR "flights"."delay" IS NULL) OR ("flights"."delay" = $2 AND "flights"."id" > $3)
      1 = 0 OR ("flights"."delay" IS NULL AND "flights"."id" > $1)"
    `);
  });

  it('orders a distinct answer from outside', () => {
    expect(
      printed(
        { from: 'flights', select: ['origin'], distinct: true, orderBy: [{ field: 'origin' }] },
        'postgres',
      ).text,
    ).toMatchInlineSnapshot(
      `"SELECT "d"."c0" AS "origin" FROM (SELECT DISTINCT "flights"."origin" AS "c0" FROM "flights" AS "flights") AS "d" ORDER BY "d"."c0" COLLATE "C" ASC NULLS LAST"`,
    );
  });

  it('gives columns of a second table their table in the name where the name is taken', () => {
    const { schema } = printed({
      from: 'airports',
      joins: [{ table: 'carriers', type: 'inner', on: [{ left: 'airports.name', right: 'carriers.name' }] }],
    });

    expect(schema?.fields.map(({ name }) => name)).toEqual([
      'iata',
      'name',
      'state',
      'latitude',
      'opened',
      'id',
      'carriers.name',
      'active',
    ]);
  });

  it('asks MySQL for a limit beside an offset', () => {
    expect(printed({ from: 'carriers', select: ['id'], offset: 3 }, 'mysql').text).toMatch(
      / LIMIT 18446744073709551615 OFFSET \?$/,
    );
    expect(printed({ from: 'carriers', select: ['id'], offset: 3 }, 'sqlite').text).toMatch(
      / LIMIT -1 OFFSET \?1$/,
    );
  });
});
