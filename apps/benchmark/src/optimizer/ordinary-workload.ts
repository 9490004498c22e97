/** A question that an ordinary application asks, without anything that makes it slow but the lack of indexes. */
export interface OrdinaryQuery {
  readonly name: string;
  readonly sql: string;
}

/** Questions of the shop: lookups, date ranges, joins of two to five tables, groups and top rows, each with a total order where it has a limit. */
export function ordinaryWorkload(): readonly OrdinaryQuery[] {
  return [...TEXTS].map(([name, sql]) => ({ name, sql }));
}

/** Texts that all dialects read alike. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  [
    'orders of a customer',
    'select o.id, o.order_date, o.status, o.total from orders o where o.customer_id = 2020 order by o.order_date desc, o.id desc',
  ],
  [
    'latest orders of a customer',
    "select o.id, o.created_at, o.total from orders o where o.customer_id = 1717 and o.status = 'delivered' order by o.created_at desc, o.id desc limit 10",
  ],
  [
    'items of an order',
    'select p.name, i.quantity, i.price from order_items i join products p on p.id = i.product_id where i.order_id = 50123 order by i.id',
  ],
  [
    'payments of an order',
    'select y.method, y.amount, y.paid_date from payments y where y.order_id = 74692 order by y.id',
  ],
  [
    'where is my parcel',
    'select o.id, s.carrier, s.shipped_date, s.delivered_date from orders o join shipments s on s.order_id = o.id where o.customer_id = 2020 order by s.id',
  ],
  [
    'default addresses of a customer',
    'select a.city, a.country from addresses a where a.customer_id = 777 and a.is_default order by a.id',
  ],
  [
    'orders of a day',
    "select o.status, count(*) n, sum(o.total) total from orders o where o.order_date = '2023-11-24' group by o.status order by o.status",
  ],
  [
    'sales by day of a month',
    "select o.order_date, count(*) n, sum(o.total) total from orders o where o.order_date >= '2023-05-01' and o.order_date < '2023-06-01' group by o.order_date order by o.order_date",
  ],
  [
    'sales by country of a week',
    "select c.country, sum(o.total) total from orders o join customers c on c.id = o.customer_id where o.order_date >= '2023-03-06' and o.order_date < '2023-03-13' group by c.country order by total desc, c.country",
  ],
  [
    'newest orders',
    'select o.id, c.name, o.total from orders o join customers c on c.id = o.customer_id order by o.created_at desc, o.id desc limit 25',
  ],
  [
    'pending orders by priority',
    "select o.id, o.priority, o.order_date from orders o where o.status = 'pending' and o.priority = 1 order by o.order_date desc, o.id limit 20",
  ],
  [
    'largest orders of a quarter',
    "select o.id, c.name, o.total from orders o join customers c on c.id = o.customer_id where o.order_date between '2022-07-01' and '2022-09-30' order by o.total desc, o.id limit 10",
  ],
  [
    'reviews of a product',
    'select r.rating, r.review_date, c.name from reviews r join customers c on c.id = r.customer_id where r.product_id = 321 order by r.review_date desc, r.id desc limit 20',
  ],
  [
    'mean rating of a category',
    'select p.id, p.name, avg(r.rating) mean, count(*) n from products p join reviews r on r.product_id = p.id where p.category_id = 17 group by p.id, p.name order by n desc, p.id limit 10',
  ],
  [
    'reviews by a customer',
    'select p.name, r.rating, r.review_date from reviews r join products p on p.id = r.product_id where r.customer_id = 1234 order by r.review_date, r.id',
  ],
  [
    'goods of a supplier',
    'select p.id, p.name, p.price from products p where p.supplier_id = 37 and p.category_id = 38 order by p.price, p.id',
  ],
  [
    'dearest products of a category',
    'select p.id, p.name, p.price from products p where p.category_id = 23 order by p.price desc, p.id limit 10',
  ],
  [
    'sales of a product by month',
    "select o.order_date, sum(i.quantity) n from order_items i join orders o on o.id = i.order_id where i.product_id = 1500 and o.order_date >= '2024-01-01' group by o.order_date order by o.order_date",
  ],
  [
    'best sellers of a supplier',
    'select p.id, p.name, sum(i.quantity) n from products p join order_items i on i.product_id = p.id where p.supplier_id = 11 group by p.id, p.name order by n desc, p.id limit 10',
  ],
  [
    'who bought a product',
    "select c.id, c.name, sum(i.quantity) n from order_items i join orders o on o.id = i.order_id join customers c on c.id = o.customer_id where i.product_id = 2222 and c.country = 'DE' group by c.id, c.name order by n desc, c.id limit 20",
  ],
  [
    'parcels shipped in a week',
    "select s.carrier, count(*) n, sum(s.cost) freight from shipments s where s.shipped_date >= '2023-08-07' and s.shipped_date < '2023-08-14' group by s.carrier order by s.carrier",
  ],
  [
    'payments by method of a week',
    "select y.method, count(*) n, sum(y.amount) amount from payments y where y.paid_date between '2023-10-02' and '2023-10-08' group by y.method order by y.method",
  ],
  [
    'sales of a category by supplier',
    "select s.name, sum(i.quantity * i.price) total from suppliers s join products p on p.supplier_id = s.id join order_items i on i.product_id = p.id join orders o on o.id = i.order_id where p.category_id = 31 and o.order_date >= '2024-06-01' group by s.name order by total desc, s.name limit 10",
  ],
  [
    'a customer in five tables',
    'select o.id, o.order_date, p.name, i.quantity, y.method, s.carrier from orders o join order_items i on i.order_id = o.id join products p on p.id = i.product_id join payments y on y.order_id = o.id join shipments s on s.order_id = o.id where o.customer_id = 3456 order by o.id, i.id, y.id, s.id',
  ],
]);
