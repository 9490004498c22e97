import { optimizeSql } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { shop } from './shop.ts';

function read(
  sql: string,
  dialect: 'postgres' | 'mysql' | 'sqlite' | 'duckdb' = 'postgres',
): string | undefined {
  return optimizeSql(sql, { dialect, catalog: shop }).unread;
}

describe('SQL', () => {
  it.each([
    'select id, total from orders where customer_id = 3 order by total desc, id limit 3 offset 1',
    `with t as (select customer_id, count(*) n from orders group by 1) select c.name, t.n from t join customers c on c.id = t.customer_id`,
    `select o.*, sum(total) over (partition by customer_id order by id rows between unbounded preceding and current row) s from orders o`,
    `select case status when 'a' then 1 else 2 end k, cast(total as numeric(10, 2)), -total, total || 'x' from orders`,
    `select id from orders where day between date '2024-01-01' and date '2024-02-01' and status not like 'a%' escape '!' -- a comment`,
    `select id from orders /* another */ where (customer_id, id) in (select referrer, id from customers) or exists (select 1 from items)`,
    'select o.id from orders o left join items i using (id) where i.id is null and o.total is distinct from $1;',
    '(select id from orders) union all (select id from items) order by id',
    'select count(distinct status) filter (where total > 1), max(day) from orders group by customer_id having count(*) > 1',
    'select customers.country, "orders"."id" from customers, orders, (select 1 one) x where one = 1',
  ])('is read: %s', (sql) => {
    expect(read(sql)).toBeUndefined();
  });

  it.each([
    ['select id from orders for update', 'for'],
    ['select id from orders limit 1 with ties', 'with'],
    ['select * from orders tablesample system (1)', 'tablesample'],
    ['select distinct on (total) id from orders', 'DISTINCT ON'],
    ['select total from orders group by rollup (total)', 'groupings'],
    ['with recursive t as (select 1 one) select one from t', 'RECURSIVE'],
    ['select random() from orders', 'random'],
    ['select id from unknown_table', 'not known'],
    ['select nothing from orders', 'not known'],
    ['select id from orders, items', 'two columns'],
    ['select id from orders where total = status = 1', 'in a row'],
    ['select status || total + 1 from orders', 'brackets'],
    ['select a.id from orders a natural join items b', 'natural'],
    ['select /*+ seqscan(orders) */ id from orders', 'hint'],
    ['select array[1] from orders', 'array'],
    ['select id from public.orders', 'schema'],
    ['select distinct status from orders having count(*) > 1', 'HAVING'],
    ['select total, 3 k from orders group by 1, 2', 'constant'],
    ['select total from orders order by +1', 'constant'],
    ['select id from orders limit (select 1)', 'limit'],
    ['select d.id from (select o.id, i.id from orders o, items i) d', 'two columns'],
    ['select o.id from orders o, customers c right join items i on true', 'right or full'],
    [
      'select id from orders o where exists (select i.price as total from items i where i.id = o.id and total = 2)',
      'around',
    ],
    ['select id from orders where (id = 1) -- c\rand total = 2', 'carriage return'],
    [`select ${'1 + '.repeat(500)}1`, 'too long'],
    ['select id from orders where total > all (select 1)', 'ANY or ALL'],
    ['select id from orders where total = all (select 1)', 'ANY or ALL'],
    ['select id from orders where total <> any (select 1)', 'ANY or ALL'],
    ['select id from orders where total = any (array[1])', 'ANY or ALL'],
    [`select id from orders ${'where ('.repeat(1)}${'('.repeat(500)}total${')'.repeat(501)} = 1`, 'nested'],
  ])('is left as it is: %s', (sql, reason) => {
    const { unread, text } = optimizeSql(sql, { dialect: 'postgres', catalog: shop, readOnly: false });

    expect(unread).toContain(reason);
    expect(text).toBe(sql);
  });

  it('comes back to the letter when no rule applies', () => {
    const sql = 'SELECT  id,total FROM orders\n WHERE customer_id=3 -- mine';

    expect(optimizeSql(sql, { dialect: 'postgres', catalog: shop })).toMatchObject({
      text: sql,
      rewrites: [],
    });
  });

  it.each([
    'delete from orders',
    'select 1; delete from orders',
    'with x as (delete from orders returning id) select * from x',
    'select id into copy from orders',
    'select 1 /*! ; delete from orders */',
    "select e'\\'; delete from orders; --'",
    'select $$; delete from orders$$',
    'explain select 1',
    "select 1.into outfile '/tmp/f'",
    "select id from orders /*M! into outfile '/tmp/f' */",
    '',
  ])('is refused when it may change something: %s', (sql) => {
    for (const dialect of ['postgres', 'mysql', 'sqlite', 'duckdb', 'bigquery'] as const)
      expect(() => optimizeSql(sql, { dialect, catalog: shop })).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_QUERY' }),
      );
  });

  it('of MySQL has its own quotes and operators', () => {
    expect(read('select `id` from orders where status = "a" || total && 1 # mine', 'mysql')).toBeUndefined();
    expect(() => read("select id from orders where status = 'a\\'' ", 'sqlite')).toThrow('does not end');
  });

  it('leaves alone what its dialect says otherwise', () => {
    expect(read('select id from orders where total = ?', 'sqlite')).toContain('no numbers');
    expect(() => read("with x as (select 1 as [']) select ['] from x", 'sqlite')).toThrow('brackets');
    expect(() => read('select id from orders where total = @age')).toThrow('no place');
    expect(() => read('select $a$x$a$ from orders')).toThrow('no place');
    expect(read('select ID, total from orders where total = 5--1', 'mysql')).toBeUndefined();
    expect(read("select 'abc' from orders", 'mysql')).toContain('no name');
  });

  it('keeps the names of columns that nobody named', () => {
    const sql =
      'select count( * ), (select max(price) from items where order_id = 3) from orders o left join items i on i.id = o.id';

    expect(optimizeSql(sql, { dialect: 'sqlite', catalog: shop }).text).toBe(
      'SELECT count(*) AS "count( * )", (SELECT max(items.price) AS "max(price)" FROM items WHERE items.order_id = 3) AS "(select max(price) from items where order_id = 3)" FROM orders AS o',
    );
    expect(optimizeSql(sql, { dialect: 'postgres', catalog: shop }).text).toContain('count(*) AS count');
    expect(optimizeSql(sql, { dialect: 'duckdb', catalog: shop }).unread).toContain('no name');
  });
});
