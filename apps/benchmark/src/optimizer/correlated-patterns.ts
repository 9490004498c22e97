import type { AntiPattern } from './anti-pattern.ts';

/** Questions that are asked once a row where they could be asked once. */
export function correlatedPatterns(): readonly AntiPattern[] {
  return [
    of(
      'correlated-count',
      'reviews of each customer',
      `select c.id, c.email, (select count(*) from reviews r where r.customer_id = c.id) reviews from customers c`,
    ),
    of(
      'correlated-count',
      'items of each order',
      `select o.id, (select count(*) from order_items i where i.order_id = o.id and i.quantity > 3) many from orders o where o.status = 'pending'`,
    ),
    of(
      'correlated-count',
      'customers with many orders',
      `select c.id from customers c where (select count(*) from orders o where o.customer_id = c.id) > 20`,
    ),
    of(
      'correlated-aggregate',
      'items under the average',
      `select sum(i.price) total from order_items i join products p on p.id = i.product_id where p.category_id = 5 and i.quantity < (select 0.5 * avg(x.quantity) from order_items x where x.product_id = p.id)`,
    ),
    of(
      'correlated-aggregate',
      'totals of each customer',
      `select c.id, (select sum(o.total) from orders o where o.customer_id = c.id and o.status = 'paid') paid, (select max(o.order_date) from orders o where o.customer_id = c.id) newest from customers c where c.country = 'DE'`,
    ),
    of(
      'correlated-aggregate',
      'dearest of the category',
      `select p.id, p.name from products p where p.price = (select max(q.price) from products q where q.category_id = p.category_id)`,
    ),
    of(
      'correlated-aggregate',
      'reviews above the average',
      `select r.id from reviews r where r.rating > (select avg(x.rating) from reviews x where x.product_id = r.product_id)`,
    ),
    of(
      'latest-per-group',
      'newest order of each customer',
      `select o.id, o.customer_id, o.order_date from orders o where o.order_date = (select max(x.order_date) from orders x where x.customer_id = o.customer_id)`,
    ),
    of(
      'latest-per-group',
      'newest review of each product',
      `select r.product_id, r.rating from reviews r where r.review_date = (select max(x.review_date) from reviews x where x.product_id = r.product_id)`,
    ),
    of(
      'latest-per-group',
      'last payment of each order',
      `select p.order_id, p.amount from payments p where p.id = (select max(x.id) from payments x where x.order_id = p.order_id)`,
    ),
    of(
      'count-exists',
      'customers with reviews',
      `select c.id from customers c where (select count(*) from reviews r where r.customer_id = c.id) > 0`,
    ),
    of(
      'count-exists',
      'orders without payment',
      `select o.id from orders o where o.status = 'shipped' and (select count(*) from payments p where p.order_id = o.id) = 0`,
    ),
    of(
      'exists-or-exists',
      'active customers',
      `select c.id from customers c where exists (select 1 from reviews r where r.customer_id = c.id and r.rating = 5) or exists (select 1 from addresses a where a.customer_id = c.id and a.is_default)`,
    ),
    of(
      'exists-or-exists',
      'touched orders',
      `select count(*) n from orders o where exists (select 1 from payments p where p.order_id = o.id and p.method = 'invoice') or exists (select 1 from shipments s where s.order_id = o.id and s.carrier = 'sky')`,
    ),
    of(
      'not-in-large',
      'orders never shipped',
      `select count(*) n from orders where id not in (select order_id from shipments)`,
    ),
    of(
      'not-in-large',
      'products never sold',
      `select p.id, p.name from products p where p.id not in (select i.product_id from order_items i)`,
    ),
    of(
      'not-exists',
      'customers without orders',
      `select c.id from customers c where not exists (select 1 from reviews r where r.customer_id = c.id)`,
    ),
    of(
      'not-exists',
      'orders without items',
      `select count(*) n from orders o where not exists (select 1 from order_items i where i.order_id = o.id)`,
    ),
    of(
      'exists-and-not-exists',
      'only late shipments',
      `select count(*) n from orders o where exists (select 1 from shipments s where s.order_id = o.id and s.carrier = 'north') and not exists (select 1 from shipments t where t.order_id = o.id and t.carrier = 'swift')`,
    ),
    of(
      'exists-and-not-exists',
      'happy reviewers',
      `select c.id from customers c where exists (select 1 from reviews r where r.customer_id = c.id and r.rating = 5) and not exists (select 1 from reviews x where x.customer_id = c.id and x.rating < 3)`,
    ),
    of(
      'in-grouped',
      'large orders',
      `select o.id, o.total from orders o where o.id in (select i.order_id from order_items i group by i.order_id having sum(i.quantity) > 30)`,
    ),
    of(
      'in-grouped',
      'popular products',
      `select p.id, p.price from products p where p.id in (select r.product_id from reviews r group by r.product_id having count(*) > 15)`,
    ),
    of(
      'nested-in',
      'suppliers of sold out goods',
      `select s.name from suppliers s where s.id in (select p.supplier_id from products p where p.discontinued and p.id in (select i.product_id from order_items i where i.quantity > 9))`,
    ),
    of(
      'nested-in',
      'suppliers with slow goods',
      `select s.id from suppliers s where s.id in (select p.supplier_id from products p where p.weight > (select 0.5 * sum(i.quantity) from order_items i where i.product_id = p.id))`,
    ),
  ];
}

function of(kind: string, name: string, sql: string): AntiPattern {
  return { kind, name, sql };
}
