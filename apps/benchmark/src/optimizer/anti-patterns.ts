import type { Dialect } from '@perf/contracts';
import type { AntiPattern, DialectWords } from './anti-pattern.ts';
import { WORDS } from './anti-pattern.ts';
import { correlatedPatterns } from './correlated-patterns.ts';
import { wastefulPatterns } from './wasteful-patterns.ts';

/** All anti-patterns in one dialect, over the shop. */
export function antiPatterns(dialect: Dialect): readonly AntiPattern[] {
  const words = WORDS[dialect];
  return [...searchPatterns(words), ...correlatedPatterns(), ...wastefulPatterns()];
}

/** Conditions that no index can answer as they are written. */
function searchPatterns({ monthOf, month, yearOf, year, dayOf, text }: DialectWords): readonly AntiPattern[] {
  return [
    of(
      'truncated-date',
      'orders of a month',
      `select count(*) n, sum(total) total from orders where ${monthOf('order_date')} = ${month('2022-03')}`,
    ),
    of(
      'truncated-date',
      'orders of a day',
      `select id, customer_id, total from orders where ${dayOf('created_at')} = '2023-05-17'`,
    ),
    of(
      'truncated-date',
      'new customers with their orders',
      `select c.id, c.email, o.total from orders o join customers c on c.id = o.customer_id where ${monthOf('o.order_date')} = ${month('2021-02')}`,
    ),
    of(
      'year-of-date',
      'paid orders of a year',
      `select customer_id, sum(total) total from orders where ${yearOf('order_date')} = ${year('2021')} and status = 'paid' group by customer_id`,
    ),
    of(
      'year-of-date',
      'orders of a year by status',
      `select status, count(*) n from orders where ${yearOf('created_at')} = ${year('2021')} group by status`,
    ),
    of(
      'cast-like',
      'orders of a month by text',
      `select id, total from orders where ${text('order_date')} like '2021-04-%'`,
    ),
    of(
      'cast-like',
      'orders of a day by text',
      `select count(*) n from orders where ${text('order_date')} like '2022-11-05%'`,
    ),
    of('column-arithmetic', 'the customer after', `select id, total from orders where customer_id - 1 = 42`),
    of(
      'column-arithmetic',
      'a range of customers',
      `select count(*) n, max(total) most from orders where customer_id + 100 < 112`,
    ),
    of(
      'coalesced-column',
      'orders of a customer',
      `select id, status from orders where coalesce(customer_id, 0) = 77`,
    ),
    of(
      'coalesced-column',
      'totals of a customer',
      `select sum(total) total from orders where coalesce(customer_id, -1) = 105`,
    ),
    of(
      'or-across-tables',
      'by customer or product',
      `select o.id, i.id item from orders o join order_items i on i.order_id = o.id where o.customer_id = 17 or i.id = 5`,
    ),
    of(
      'or-across-tables',
      'by order or payment',
      `select o.id, p.amount from orders o join payments p on p.order_id = o.id where o.customer_id = 33 or p.id in (7, 8, 9)`,
    ),
    of(
      'or-across-tables',
      'by day or customer',
      `select o.id, c.email from orders o join customers c on c.id = o.customer_id where o.order_date = '2021-01-20' or c.email = 'user99@example.org'`,
    ),
    of(
      'like-before-cheap',
      'reviews of a product',
      `select count(*) n from reviews where body like '%7%9%' and rating = 1 and product_id = 12`,
    ),
    of(
      'like-before-cheap',
      'cheap products by name',
      `select id from products where name like '%r%e%d%' and lower(name) like '%9%' and category_id = 3`,
    ),
    of(
      'transitive-range',
      'items of a range of orders',
      `select sum(i.quantity) n from orders o join order_items i on i.order_id = o.id where o.id between 200 and 400`,
    ),
    of(
      'transitive-range',
      'reviews and items of products',
      `select count(*) n from products p join order_items i on i.product_id = p.id join reviews r on r.product_id = p.id where p.id < 40`,
    ),
    of(
      'or-same-column',
      'some customers',
      `select id, total from orders where customer_id = 3 or customer_id = 5 or customer_id = 9`,
    ),
    of(
      'or-same-column',
      'some days',
      `select count(*) n from orders where order_date = '2021-03-01' or order_date = '2021-03-02' or order_date = '2021-03-05'`,
    ),
  ];
}

function of(kind: string, name: string, sql: string): AntiPattern {
  return { kind, name, sql };
}
