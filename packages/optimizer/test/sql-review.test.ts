import type { OptimizedSql, OptimizeSqlOptions } from '@perf/optimizer';
import { optimizeSql } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';
import { shop } from './shop.ts';

type Dialect = OptimizeSqlOptions['dialect'];

const JOINED = 'o.customer_id = c.id';
const REFERRER = { columns: ['referrer'], table: 'customers', references: ['id'], enforced: true };

function optimized(sql: string, dialect: Dialect): OptimizedSql {
  return optimizeSql(sql, { dialect, catalog: shop, gate: 'none', plainDates: true });
}

function rulesOf(sql: string, dialect: Dialect): readonly string[] {
  const { rewrites, unread } = optimized(sql, dialect);
  expect(unread).toBeUndefined();
  return rewrites.map(({ rule }) => rule);
}

/** Each statement gave another answer, or an error, when a rule took it; what stands beside it is still taken. */
describe('statements that looked as if a rule could take them', () => {
  it.each<[string, string, Dialect, boolean]>([
    // CHAR is CHAR(1) there, which cuts digits off.
    ['bare-cast', "select id from orders where cast(customer_id as char) = '4'", 'postgres', false],
    ['bare-cast', "select id from orders where cast(customer_id as char) = '4'", 'mysql', true],
    ['bare-cast', "select id from orders where cast(customer_id as varchar) = '4'", 'postgres', true],
    // A format of another dialect is a plain text, or another format.
    ['date-range', "select id from orders where to_char(day, '%Y') >= '2020'", 'postgres', false],
    ['date-range', "select id from orders where to_char(day, 'YYYY') >= '2020'", 'postgres', true],
    ['date-range', "select id from orders where date_format(day, 'YYYY') >= '2020'", 'mysql', false],
    ['date-range', "select id from orders where strftime('YYYY', day) >= '2020'", 'sqlite', false],
    ['date-range', "select id from orders where strftime('%Y', day) >= '2020'", 'sqlite', true],
    // Groups are left out by their number, which other groups would take.
    ['restrict-groups', restricted('offset 5'), 'postgres', false],
    ['restrict-groups', restricted(''), 'postgres', true],
    // A query in FROM cannot name what stands around it there.
    ['count-distinct', correlated('o.customer_id = c.id'), 'mysql', false],
    ['count-distinct', correlated('o.customer_id = c.id'), 'postgres', true],
    ['count-distinct', correlated('o.customer_id = 7'), 'mysql', true],
    ['or-union', either('i.order_id = o.id'), 'mysql', false],
    ['or-union', either('i.order_id = o.id'), 'sqlite', true],
    ['or-union', either('i.order_id = 7'), 'mysql', true],
    // Rows that belong to no row may divide by 0.
    ['scalar-join', scalar('sum(100 / (o.id - 2))'), 'postgres', false],
    ['scalar-join', scalar('sum(cast(o.status as integer))'), 'postgres', false],
    ['scalar-join', scalar('sum(o.total * 2)'), 'postgres', false],
    ['scalar-join', scalar('sum(o.total) / 2'), 'postgres', true],
    // What stands for several spellings is asked for its letters; what is not moved names what was.
    ['eager-aggregation', summed('length(o.status) = c.id', 'c.referrer'), 'mysql', false],
    ['eager-aggregation', summed('length(o.status) = c.id', 'c.referrer'), 'postgres', true],
    ['eager-aggregation', summed('cast(o.rate as text) = c.name', 'c.country'), 'postgres', false],
    [
      'eager-aggregation',
      summed(JOINED, 'c.country, o.day', ', (select max(id) from items where o.day is null)'),
      'sqlite',
      false,
    ],
    ['eager-aggregation', summed(JOINED, 'c.country, o.day'), 'sqlite', true],
    [
      'eager-aggregation',
      summed(
        `${JOINED} cross join lateral (select max(i.price) as p from items i where i.product = o.total) l`,
        'c.country',
      ),
      'postgres',
      false,
    ],
  ])('%s: %s on %s: %s', (rule, sql, dialect, taken) => {
    expect(rulesOf(sql, dialect).includes(rule)).toBe(taken);
  });

  it('asks that a key is not null before the first rows are taken, where only a later join refuses nulls', () => {
    const sql = (condition: string): string =>
      `select c.id, r.name from customers c, customers r where r.id = c.referrer${condition} order by c.id limit 3`;
    const catalog = {
      ...shop,
      tables: new Map(
        [...shop.tables].map(([name, table]) => [
          name,
          name === 'customers' ? { ...table, foreignKeys: [REFERRER] } : table,
        ]),
      ),
    };
    const textOf = (condition: string): string =>
      optimizeSql(sql(condition), { dialect: 'postgres', catalog, gate: 'none' }).text;
    expect(textOf('')).toContain('WHERE c_2.referrer IS NOT NULL ORDER BY');
    expect(textOf(' and c.referrer <> 2')).toContain('WHERE c_2.referrer <> 2 ORDER BY');
  });

  it.each<[Dialect, boolean]>([
    ['mysql', false],
    ['duckdb', false],
    ['postgres', true],
    ['sqlite', true],
  ])('leaves a name in HAVING alone that dialects take for two columns: %s', (dialect, read) => {
    const sql = (name: string): string =>
      `select customer_id, max(id) as ${name} from orders where coalesce(total, 0) = 3 group by customer_id, total having total > 2`;
    expect(optimized(sql('total'), dialect).unread === undefined).toBe(read);
    expect(optimized(sql('most'), dialect).unread).toBeUndefined();
  });
});

function restricted(limit: string): string {
  return `select c.id, g.n from customers c join (select customer_id, count(*) as n from orders group by customer_id order by customer_id ${limit}) g on g.customer_id = c.id where c.country = 'x'`;
}

function correlated(condition: string): string {
  return `select c.id from customers c where exists (select o.day from orders o where ${condition} group by o.day having count(distinct o.total) > 1)`;
}

function summed(condition: string, group: string, more = ''): string {
  return `select ${group}, sum(o.total) as s${more} from customers c join orders o on ${condition} group by ${group}`;
}

function either(condition: string): string {
  return `select o.id from orders o where exists (select i.id from items i join items j on j.product = i.id where ${condition} and (i.price = 3 or j.price = 4))`;
}

function scalar(value: string): string {
  return `select c.id, (select ${value} from orders o where o.customer_id = c.id) as s from customers c`;
}
