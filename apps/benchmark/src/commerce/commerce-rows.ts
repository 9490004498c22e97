import type { SeededRandom } from '@perf/testkit';
import { seededRandom } from '@perf/testkit';

/** A value: whole numbers and doubles as numbers, decimals and dates as text. */
export type CommerceValue = number | string | boolean | null;

/** Rows of one table, in the order of its columns. */
export type CommerceRow = readonly CommerceValue[];

/** How much is made. */
export interface CommerceOptions {
  /** Orders ÷ 100,000; the other tables grow with them. */
  readonly scale: number;
  readonly seed: number;
}

const COUNTRIES = [
  'US',
  'DE',
  'FR',
  'GB',
  'JP',
  'BR',
  'IN',
  'CA',
  'AU',
  'NL',
  'SE',
  'PL',
  'ES',
  'IT',
  'MX',
  'ZA',
  'NO',
  'CH',
  'AT',
  'NZ',
];
const CURRENCIES: Readonly<Record<string, string>> = {
  US: 'USD',
  GB: 'GBP',
  JP: 'JPY',
  BR: 'BRL',
  IN: 'INR',
  CA: 'CAD',
  AU: 'AUD',
  SE: 'SEK',
  PL: 'PLN',
  MX: 'MXN',
  ZA: 'ZAR',
  NO: 'NOK',
  CH: 'CHF',
  NZ: 'NZD',
};
const STATUSES = ['delivered', 'shipped', 'paid', 'pending', 'cancelled', 'returned'];
const METHODS = ['card', 'transfer', 'wallet', 'invoice'];
const CARRIERS = ['north', 'swift', 'parcel', 'harbour', 'sky'];
const SEGMENTS = ['consumer', 'corporate', 'public', 'reseller'];
const FIRST_DAY = Date.UTC(2021, 0, 1);
const DAYS = 1460;

/** Rows that the tables have at a scale. */
function commerceSizes(scale: number): Readonly<Record<string, number>> {
  const of = (rows: number): number => Math.max(1, Math.round(rows * scale));
  return {
    customers: of(10_000),
    addresses: of(14_000),
    suppliers: of(300),
    categories: of(120),
    products: of(5000),
    orders: of(100_000),
    order_items: of(300_000),
    payments: of(95_000),
    shipments: of(80_000),
    reviews: of(40_000),
  };
}

/**
 * The rows of the shop, table after table; the same for the same seed. Few customers and products have most of the orders and items, prices
 * depend on the category, currency on the country, status on the age of the order, dates on each other.
 */
export function commerceRows({ scale, seed }: CommerceOptions): ReadonlyMap<string, readonly CommerceRow[]> {
  const shop = new Shop(scale, seededRandom(seed));
  const orders = shop.orders();
  return new Map<string, readonly CommerceRow[]>([
    ['customers', shop.customers()],
    ['addresses', shop.addresses()],
    ['suppliers', shop.suppliers()],
    ['categories', shop.categories()],
    ['products', shop.products()],
    ['orders', orders],
    ['order_items', shop.orderItems()],
    ['payments', shop.payments(orders)],
    ['shipments', shop.shipments(orders)],
    ['reviews', shop.reviews()],
  ]);
}

class Shop {
  readonly #sizes: Readonly<Record<string, number>>;
  readonly #random: SeededRandom;
  /** Country of each customer, by id − 1. */
  readonly #countries: readonly string[];
  readonly #buyer: () => number;
  readonly #bought: () => number;

  constructor(scale: number, random: SeededRandom) {
    this.#random = random;
    this.#sizes = commerceSizes(scale);
    const country = random.zipf(COUNTRIES.length, 1);
    this.#countries = Array.from({ length: this.#size('customers') }, () => COUNTRIES[country()] ?? 'US');
    this.#buyer = this.#shuffled('customers', 0.8);
    this.#bought = this.#shuffled('products', 0.9);
  }

  customers(): CommerceRow[] {
    return this.#rows('customers', (id) => [
      `Customer ${id % Math.max(2, Math.round(this.#size('customers') * 0.7))}`,
      `user${id}@example.org`,
      this.#countries[id - 1] ?? 'US',
      this.#maybe(0.1, () => SEGMENTS[Math.floor(this.#random.next() ** 2 * 4)] ?? 'consumer'),
      this.#maybe(0.7, () => this.#random.int(1, this.#size('customers'))),
      day(this.#random.int(0, DAYS - 1)),
      this.#maybe(0.2, () => money(this.#random.int(0, 500_000))),
    ]);
  }

  addresses(): CommerceRow[] {
    return this.#rows('addresses', () => {
      const customer = this.#random.int(1, this.#size('customers'));
      const isHome = this.#random.next() < 0.9;
      const country = isHome ? (this.#countries[customer - 1] ?? 'US') : this.#random.pick(COUNTRIES);
      return [customer, `${country} city ${this.#random.int(1, 30)}`, country, this.#random.next() < 0.6];
    });
  }

  suppliers(): CommerceRow[] {
    return this.#rows('suppliers', (id) => [
      `Supplier ${id}`,
      this.#random.pick(COUNTRIES),
      this.#maybe(0.15, () => this.#random.int(10, 50) / 10),
    ]);
  }

  categories(): CommerceRow[] {
    return this.#rows('categories', (id) => [
      `Category ${id}`,
      id <= 10 ? null : this.#random.int(1, Math.min(10, id - 1)),
    ]);
  }

  products(): CommerceRow[] {
    const category = this.#shuffled('categories', 0.7);
    return this.#rows('products', (id) => {
      const kind = category();
      const base = 200 * (1 + (kind % 12)) ** 2;
      return [
        kind,
        this.#random.int(1, this.#size('suppliers')),
        `Product ${id} ${['red', 'blue', 'green', 'black'][kind % 4] ?? 'red'}`,
        money(base + this.#random.int(0, base)),
        this.#maybe(0.1, () => this.#random.int(1, 400) / 8),
        this.#random.next() < 0.08,
        day(this.#random.int(0, DAYS - 1)),
      ];
    });
  }

  orders(): CommerceRow[] {
    return this.#rows('orders', () => {
      const customer = this.#buyer();
      const at = Math.floor(Math.sqrt(this.#random.next()) * DAYS);
      const isOld = at < DAYS - 60;
      const status = isOld ? Math.floor(this.#random.next() ** 4 * 6) : this.#random.int(0, 5);
      return [
        customer,
        STATUSES[status] ?? 'delivered',
        this.#maybe(0.3, () => this.#random.int(1, 5)),
        day(at),
        `${day(at)} ${time(this.#random.int(0, 86_399))}`,
        money(500 + Math.floor(this.#random.next() ** 3 * 200_000)),
        CURRENCIES[this.#countries[customer - 1] ?? 'US'] ?? 'EUR',
        this.#maybe(0.85, () => `SAVE${this.#random.int(1, 40)}`),
      ];
    });
  }

  orderItems(): CommerceRow[] {
    const size = this.#size('orders');
    return this.#rows('order_items', (id) => [
      // Orders at the end of the ids have more items, and some have none.
      1 + Math.floor(Math.sqrt(this.#random.next()) * size * 0.98),
      this.#bought(),
      1 + Math.floor(this.#random.next() ** 3 * 12),
      money(200 + (id % 900) * 37),
      this.#maybe(0.6, () => this.#random.int(1, 6) / 20),
    ]);
  }

  payments(orders: readonly CommerceRow[]): CommerceRow[] {
    return this.#rows('payments', () => {
      const order = this.#random.int(1, orders.length);
      const [, , status = '', , date = ''] = orders[order - 1] ?? [];
      const isPaid = status !== 'pending' && status !== 'cancelled';
      return [
        order,
        METHODS[Math.floor(this.#random.next() ** 2 * METHODS.length)] ?? 'card',
        orders[order - 1]?.[6] ?? '0.00',
        isPaid ? later(String(date), this.#random.int(0, 9)) : null,
      ];
    });
  }

  shipments(orders: readonly CommerceRow[]): CommerceRow[] {
    return this.#rows('shipments', () => {
      const order = this.#random.int(1, orders.length);
      const [, , status = '', , date = ''] = orders[order - 1] ?? [];
      const shipped = status === 'pending' ? null : later(String(date), this.#random.int(1, 6));
      const delivered =
        status === 'delivered' && shipped !== null ? later(shipped, this.#random.int(1, 20)) : null;
      return [
        order,
        this.#random.pick(CARRIERS),
        shipped,
        delivered,
        this.#maybe(0.1, () => money(this.#random.int(300, 4000))),
      ];
    });
  }

  reviews(): CommerceRow[] {
    return this.#rows('reviews', () => {
      const product = this.#bought();
      const rating = Math.min(5, Math.max(1, (product % 5) + this.#random.int(0, 2)));
      return [
        product,
        this.#buyer(),
        rating,
        day(this.#random.int(0, DAYS - 1)),
        this.#maybe(0.4, () => `text ${this.#random.int(1, 2000)}`),
      ];
    });
  }

  #size(table: string): number {
    return this.#sizes[table] ?? 1;
  }

  #rows(table: string, row: (id: number) => readonly CommerceValue[]): CommerceRow[] {
    return Array.from({ length: this.#size(table) }, (_, i) => [i + 1, ...row(i + 1)]);
  }

  /** Ids of which few are drawn often, the often drawn ones anywhere among them. */
  #shuffled(table: string, skew: number): () => number {
    const ids = this.#random.shuffle(Array.from({ length: this.#size(table) }, (_, i) => i + 1));
    const rank = this.#random.zipf(ids.length, skew);
    return () => ids[rank()] ?? 1;
  }

  #maybe<T extends CommerceValue>(nulls: number, value: () => T): T | null {
    return this.#random.next() < nulls ? null : value();
  }
}

function day(offset: number): string {
  return new Date(FIRST_DAY + offset * 86_400_000).toISOString().slice(0, 10);
}

function later(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

function time(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 19);
}

function money(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
