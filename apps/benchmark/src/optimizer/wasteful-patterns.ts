import type { AntiPattern } from './anti-pattern.ts';

/** Questions that make the engine do what the answer does not need. */
export function wastefulPatterns(): readonly AntiPattern[] {
  const byCustomer =
    'select customer_id, status, count(*) n, sum(total) total from orders group by customer_id, status';
  return [
    of(
      'cte-twice',
      'paid against returned',
      `with t as (${byCustomer}) select a.customer_id, a.total paid, b.total returned from t a join t b on b.customer_id = a.customer_id where a.status = 'paid' and a.customer_id = 12 and b.status = 'returned' and b.customer_id = 12`,
    ),
    of(
      'cte-twice',
      'two customers',
      `with t as (${byCustomer}) select * from t where customer_id = 4 union all select * from t where customer_id = 8`,
    ),
    of(
      'cte-twice',
      'sales of a product in two ways',
      `with s as (select product_id, order_id, sum(quantity) n from order_items group by product_id, order_id) select a.order_id, b.n from s a join s b on a.order_id = b.order_id where a.product_id = 50 and b.product_id = 50`,
    ),
    of(
      'filtered-window',
      'ranks of one customer',
      `select * from (select customer_id, id, total, rank() over (partition by customer_id order by total desc) place from orders) ranked where customer_id = 21 and place <= 3`,
    ),
    of(
      'filtered-window',
      'running totals of a product',
      `select * from (select product_id, id, sum(quantity) over (partition by product_id order by id) so_far from order_items) t where product_id = 100`,
    ),
    of(
      'unused-fk-join',
      'items with their orders',
      `select i.id, i.quantity from order_items i join orders o on o.id = i.order_id where i.price > 300`,
    ),
    of(
      'unused-fk-join',
      'sales by product',
      `select i.product_id, sum(i.quantity) n from order_items i join orders o on o.id = i.order_id join products p on p.id = i.product_id group by i.product_id`,
    ),
    of(
      'unused-fk-join',
      'counted payments',
      `select count(*) n from payments p join orders o on o.id = p.order_id join customers c on c.id = o.customer_id`,
    ),
    of(
      'unused-left-join',
      'orders with customers',
      `select o.id, o.total from orders o left join customers c on c.id = o.customer_id where o.total > 1000`,
    ),
    of(
      'unused-left-join',
      'reviews with products',
      `select r.rating, count(*) n from reviews r left join products p on p.id = r.product_id left join customers c on c.id = r.customer_id group by r.rating`,
    ),
    of(
      'distinct-left-join',
      'customers who may order',
      `select distinct c.id, c.country from customers c left join orders o on o.customer_id = c.id`,
    ),
    of(
      'distinct-left-join',
      'countries of orders',
      `select distinct o.currency, o.status from orders o left join order_items i on i.order_id = o.id`,
    ),
    of(
      'redundant-distinct',
      'orders by key',
      `select distinct id, customer_id, total, status from orders where status <> 'cancelled'`,
    ),
    of(
      'redundant-distinct',
      'groups once more',
      `select distinct customer_id, count(*) n from orders group by customer_id`,
    ),
    of(
      'distinct-join',
      'customers who ordered',
      `select distinct c.id, c.email from customers c join orders o on o.customer_id = c.id`,
    ),
    of(
      'distinct-join',
      'orders with heavy items',
      `select distinct o.id, o.total from orders o join order_items i on i.order_id = o.id where i.quantity > 6`,
    ),
    of(
      'needless-union',
      'two kinds of orders',
      `select id, status, total from orders where status = 'paid' union select id, status, total from orders where status = 'shipped'`,
    ),
    of(
      'needless-union',
      'people and firms',
      `select 'customer' kind, id, name from customers union select 'supplier' kind, id, name from suppliers`,
    ),
    of(
      'count-distinct',
      'customers by status',
      `select status, count(distinct customer_id) n from orders group by status`,
    ),
    of('count-distinct', 'buyers', `select count(distinct customer_id) n from orders where total > 100`),
    of(
      'eager-aggregation',
      'quantity by supplier',
      `select s.name, sum(i.quantity) n from order_items i join products p on p.id = i.product_id join suppliers s on s.id = p.supplier_id group by s.name`,
    ),
    of(
      'eager-aggregation',
      'items by category',
      `select c.name, count(*) n, sum(i.quantity) total from order_items i join products p on p.id = i.product_id join categories c on c.id = p.category_id group by c.name`,
    ),
    of(
      'aggregate-over-outer-join',
      'orders of every customer',
      `select n, count(*) customers from (select c.id, count(o.id) n from customers c left join orders o on o.customer_id = c.id group by c.id) counted group by n order by n`,
    ),
    of(
      'aggregate-over-outer-join',
      'reviews of every product',
      `select p.id, p.name, count(r.id) n from products p left join reviews r on r.product_id = p.id group by p.id, p.name`,
    ),
    of(
      'wide-top',
      'dearest orders',
      `select o.*, c.* from orders o join customers c on c.id = o.customer_id order by o.total desc, o.id limit 10`,
    ),
    of(
      'wide-top',
      'newest reviews',
      `select r.*, p.* from reviews r join products p on p.id = r.product_id order by r.review_date desc, r.id limit 20`,
    ),
    of(
      'aggregate-self-join',
      'paid and returned',
      `select a.customer_id, a.total paid, b.total returned from (select customer_id, sum(total) total from orders where status = 'paid' group by customer_id) a join (select customer_id, sum(total) total from orders where status = 'returned' group by customer_id) b on b.customer_id = a.customer_id`,
    ),
    of(
      'aggregate-self-join',
      'ratings good and bad',
      `select a.product_id, a.n good, b.n bad from (select product_id, count(*) n from reviews where rating = 5 group by product_id) a join (select product_id, count(*) n from reviews where rating = 1 group by product_id) b on b.product_id = a.product_id`,
    ),
    of(
      'common-or',
      'two kinds of items',
      `select sum(i.price) total from order_items i, products p where (p.id = i.product_id and p.category_id = 2 and i.quantity > 5) or (p.id = i.product_id and p.category_id = 7 and i.quantity > 8)`,
    ),
    of(
      'common-or',
      'orders of two countries',
      `select count(*) n from orders o, customers c where (c.id = o.customer_id and c.country = 'NZ' and o.total > 500) or (c.id = o.customer_id and c.country = 'CH' and o.total > 900)`,
    ),
  ];
}

function of(kind: string, name: string, sql: string): AntiPattern {
  return { kind, name, sql };
}
