import type { AntiPattern } from './anti-pattern.ts';

const KIND = 'plain';

/** Questions that are asked well, which no rewrite may make slower. */
export function plainQueries(): readonly AntiPattern[] {
  return [...TEXTS].map(([name, sql]) => ({ kind: KIND, name, sql }));
}

const TEXTS: ReadonlyMap<string, string> = new Map([
  ['one order', 'select * from orders where id = 4711'],
  ['orders of a customer', 'select id, total, status from orders where customer_id = 12'],
  ['some customers', 'select id, name, country from customers where id in (5, 9, 13, 21)'],
  [
    'orders of a week',
    "select id, total from orders where order_date >= '2022-05-01' and order_date < '2022-05-08'",
  ],
  ['count of orders', 'select count(*) n from orders'],
  ['orders by status', 'select status, count(*) n, sum(total) total from orders group by status'],
  [
    'customers by country',
    'select country, count(*) n from customers group by country order by n desc, country',
  ],
  ['dearest products', 'select id, name, price from products order by price desc, id limit 10'],
  ['newest orders', 'select id, order_date, total from orders order by order_date desc, id desc limit 20'],
  [
    'items of an order',
    'select p.name, i.quantity, i.price from order_items i join products p on p.id = i.product_id where i.order_id = 4711',
  ],
  [
    'order with customer',
    'select o.id, c.name, c.email from orders o join customers c on c.id = o.customer_id where o.id = 815',
  ],
  [
    'sales by category',
    'select c.name, sum(i.quantity * i.price) total from order_items i join products p on p.id = i.product_id join categories c on c.id = p.category_id group by c.name',
  ],
  [
    'sales by country',
    'select c.country, sum(o.total) total from orders o join customers c on c.id = o.customer_id group by c.country order by total desc',
  ],
  [
    'sales by month',
    "select o.order_date, count(*) n from orders o where o.order_date between '2022-01-01' and '2022-03-31' group by o.order_date order by o.order_date",
  ],
  [
    'top customers',
    'select c.id, c.name, sum(o.total) total from customers c join orders o on o.customer_id = c.id group by c.id, c.name order by total desc, c.id limit 10',
  ],
  ['large orders', 'select id, customer_id, total from orders where total > 1800'],
  ['cancelled and large', "select count(*) n from orders where status = 'cancelled' and total > 500"],
  ['unpaid', 'select count(*) n from payments where paid_date is null'],
  ['payments by method', 'select method, count(*) n, avg(amount) mean from payments group by method'],
  [
    'late deliveries',
    "select s.carrier, count(*) n from shipments s where s.delivered_date is not null and s.shipped_date > '2022-06-01' group by s.carrier",
  ],
  [
    'reviews of a product',
    'select r.rating, r.review_date, c.name from reviews r join customers c on c.id = r.customer_id where r.product_id = 17 order by r.review_date, r.id',
  ],
  [
    'mean rating',
    'select product_id, avg(rating) mean, count(*) n from reviews group by product_id having count(*) > 10',
  ],
  [
    'suppliers and goods',
    'select s.id, s.name, count(*) n from suppliers s join products p on p.supplier_id = s.id group by s.id, s.name',
  ],
  ['goods of a supplier', 'select p.id, p.name, p.price from products p where p.supplier_id = 31'],
  [
    'categories and parents',
    'select c.name, d.name parent from categories c left join categories d on d.id = c.parent_id',
  ],
  [
    'addresses of a country',
    "select a.city, count(*) n from addresses a where a.country = 'DE' group by a.city",
  ],
  [
    'customers with addresses',
    "select c.name, a.city from customers c join addresses a on a.customer_id = c.id where c.country = 'SE'",
  ],
  [
    'orders with payments',
    "select o.id, p.amount, p.method from orders o join payments p on p.order_id = o.id where o.order_date = '2023-04-03'",
  ],
  [
    'orders with shipments',
    "select o.id, s.carrier from orders o left join shipments s on s.order_id = o.id where o.order_date = '2023-04-04'",
  ],
  ['currencies', 'select distinct currency from orders'],
  ['statuses of a customer', 'select distinct status from orders where customer_id = 99'],
  ['products without weight', 'select id, name from products where weight is null and not discontinued'],
  ['products by price', 'select id, name from products where price between 20 and 21 order by id'],
  ['discounted items', 'select count(*) n, sum(discount) total from order_items where discount > 0.2'],
  ['quantities', 'select quantity, count(*) n from order_items group by quantity order by quantity'],
  [
    'orders that exist',
    'select c.id from customers c where exists (select 1 from orders o where o.customer_id = c.id and o.total > 1900)',
  ],
  [
    'customers in a list',
    "select name from customers where id in (select customer_id from orders where order_date = '2023-01-02')",
  ],
  [
    'ranked orders',
    'select * from (select id, customer_id, row_number() over (partition by customer_id order by total desc, id) place from orders where customer_id < 50) r where place = 1',
  ],
  [
    'two kinds',
    "select id from orders where customer_id = 3 union all select id from orders where customer_id = 4 and status = 'paid'",
  ],
  [
    'named once',
    'with t as (select customer_id, sum(total) total from orders group by customer_id) select c.name, t.total from t join customers c on c.id = t.customer_id where t.total > 20000',
  ],
  [
    'four tables',
    "select c.country, sum(i.quantity) n from customers c join orders o on o.customer_id = c.id join order_items i on i.order_id = o.id join products p on p.id = i.product_id where p.category_id = 4 and c.country = 'FR' group by c.country",
  ],
  [
    'five tables',
    "select s.name, sum(i.quantity) n from order_items i join products p on p.id = i.product_id join suppliers s on s.id = p.supplier_id join orders o on o.id = i.order_id join customers c on c.id = o.customer_id where c.country = 'JP' and s.country = 'US' group by s.name",
  ],
]);
