import type { OptimizeSqlOptions } from '@perf/optimizer';
import { SQL_RULES, optimizeSql } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { largeShop, shop } from './shop.ts';

type Dialect = OptimizeSqlOptions['dialect'];

const SECURITY = [{ table: 'orders', condition: 'total = 7' }];

/** For each rule a statement in which it fires, with the orders of one tenant. */
const FIRING: Readonly<Record<string, readonly [string, Dialect?]>> = {
  'date-range': ["select id from orders o where o.total = 7 and date_trunc('month', day) = '2024-03-01'"],
  'bare-column': ['select id from orders o where customer_id + 5 = 7 and o.total = 7'],
  'bare-cast': ["select id from orders o where cast(customer_id as text) = '42' and o.total = 7"],
  'bare-coalesce': [
    "select id from orders o where o.total = 7 and coalesce(rate, 0) = 3 and coalesce(status, '') = 'x'",
  ],
  'cast-like': ["select id from orders o where o.total = 7 and cast(day as text) like '2024-02-%'"],
  'or-in': ["select id from orders o where (status = 'a' or status = 'b') and o.total = 7"],
  'common-or': [
    'select o.id from orders o, items i where o.total = 7 and ((i.order_id = o.id and i.price = 1) or (i.order_id = o.id and i.price = 2))',
    'mysql',
  ],
  'count-exists': [
    'select c.id from customers c where (select count(*) from orders o where o.customer_id = c.id and o.total = 7) > 0',
  ],
  'not-in-exists': [
    'select id from orders o where o.total = 7 and customer_id not in (select id from customers)',
  ],
  'inner-join': [
    'select o.id, i.id k from orders o left join items i on i.order_id = o.id where i.price > 1 and o.total = 7',
    'sqlite',
  ],
  'unused-join': [
    'select o.id from orders o left join customers c on c.id = o.customer_id where o.total = 7',
  ],
  'redundant-distinct': ['select distinct id, status from orders o where o.total = 7'],
  'distinct-exists': [
    'select distinct c.id from customers c join orders o on o.customer_id = c.id and o.total = 7',
  ],
  'union-all': [
    "select id, 'a' k from orders o where o.total = 7 union select id, 'b' from orders p where p.total = 7",
  ],
  'scalar-join': [
    'select c.id, (select count(*) from orders o where o.customer_id = c.id and o.total = 7) n from customers c',
  ],
  'exists-in': [
    'select c.id from customers c where not exists (select 1 from orders o where o.customer_id = c.referrer and o.total = 7)',
    'sqlite',
  ],
  'push-into-cte': [
    'with t as (select o.customer_id k, count(*) n from orders o where o.total = 7 group by o.customer_id) select a.n, b.n m from t a join t b on a.n = b.n where a.k = 1 and b.k = 2',
  ],
  transitive: [
    'select o.id from orders o join items i on i.order_id = o.id where o.id < 9 and i.price > 1 and o.total = 7',
  ],
  'or-union': [
    "select o.id from orders o join items i on i.order_id = o.id where (o.status = 'x' or i.price = 2) and o.total = 7",
  ],
  'group-before-join': [
    'select c.id, count(o.id) n from customers c left join orders o on o.customer_id = c.id and o.total = 7 group by c.id',
  ],
  'eager-aggregation': [
    'select c.country, count(*) n from orders o join customers c on c.id = o.customer_id where o.total = 7 group by c.country',
    'duckdb',
  ],
  'restrict-groups': [
    'select c.id, g.n from customers c join (select o.customer_id k, count(*) n from orders o where o.total = 7 group by o.customer_id) g on g.k = c.id where c.id < 9',
  ],
  'early-limit': [
    'select o.id, c.name from orders o join customers c on c.id = o.customer_id where o.total = 7 order by o.id limit 5',
  ],
  'count-distinct': [
    'select o.status, count(distinct o.customer_id) n from orders o where o.total = 7 group by o.status',
  ],
};

function run(
  sql: string,
  dialect: Dialect = 'postgres',
  security = SECURITY,
): ReturnType<typeof optimizeSql> {
  return optimizeSql(sql, { dialect, catalog: shop, gate: 'none', plainDates: true, security });
}

describe('security predicates', () => {
  it.each(
    SQL_RULES.filter(({ name, reorders }) => name !== 'join-order' && reorders !== true).map(
      ({ name }) => name,
    ),
  )('stay beside their table under %s', (rule) => {
    const [sql = '', dialect] = FIRING[rule] ?? [];
    const { rewrites, steps } = run(sql, dialect);

    expect(rewrites.map((rewrite) => rewrite.rule)).toContain(rule);
    for (const text of steps) {
      const aliases = [...text.matchAll(/\borders AS (\w+)/g)].map(([, alias]) => alias);
      expect(aliases.length).toBeGreaterThan(0);
      for (const alias of aliases) expect(text).toContain(`${alias}.total = 7`);
    }
  });

  it('are asked in the order of the text', () => {
    const sql = "select id from orders o where o.status like '%a%' and o.total = 7 and o.customer_id = 5";

    expect(run(sql, 'sqlite', []).rewrites.map(({ rule }) => rule)).toContain('filter-order');
    expect(run(sql, 'sqlite').text).toBe(sql);
  });

  it('stay where the order of joins is changed', () => {
    const { text } = optimizeSql(
      'select o.id from items i join notes n on n.order_id = i.order_id join orders o on o.id = n.order_id where o.total = 7',
      { dialect: 'postgres', catalog: shop, statistics: largeShop, security: SECURITY },
    );

    expect(text).toContain('o.total = 7');
  });

  it.each([
    ['or-in', 'select id from orders o where total = 7 or total = 8', 'total = 7 or total = 8'],
    [
      'unused-join',
      'select i.id from items i left join orders o on o.id = i.order_id and o.total = 7',
      'total = 7',
    ],
    ['bare-coalesce', 'select id from orders o where coalesce(total, 0) = 7', 'coalesce(total, 0) = 7'],
  ])('are not changed or taken away by %s', (rule, sql, condition) => {
    const open = run(sql, 'postgres', []);
    const { text, rewrites, refused } = run(sql, 'postgres', [{ table: 'orders', condition }]);

    expect(open.rewrites.map((rewrite) => rewrite.rule)).toEqual([rule]);
    expect({ text, rewrites }).toEqual({ text: sql, rewrites: [] });
    expect(refused).toEqual([{ rule, reason: 'it would part a table from its security predicate' }]);
  });

  it.each([
    'select distinct id from orders',
    'select distinct o.id from orders o where o.total = 8',
    'select distinct o.id from orders o where o.total = 7 or o.id = 1',
    'select distinct o.id from orders o join orders p on p.id = o.id where o.total = 7',
    'select distinct i.id from items i where i.order_id in (select id from orders)',
    'select distinct o.id from orders o left join items i on i.order_id = o.id and o.total = 7',
  ])('leave a statement alone that reads the table without them: %s', (sql) => {
    expect(run(sql)).toMatchObject({
      text: sql,
      unread: 'a security predicate does not stand beside its table',
    });
  });

  it('must be conditions on one table', () => {
    for (const condition of [
      '',
      'nothing = 7',
      'total = 7 limit 1',
      'total = 7 union select 1 from orders',
      'total = 7; drop table orders',
    ])
      expect(() => run('select id from orders', 'postgres', [{ table: 'orders', condition }])).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
      );
  });
});
