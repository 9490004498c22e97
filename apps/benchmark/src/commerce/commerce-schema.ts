/** What a column of the shop holds. */
export type CommerceType = 'int' | 'text' | 'date' | 'timestamp' | 'decimal' | 'double' | 'bool';

const TYPES: readonly CommerceType[] = ['int', 'text', 'date', 'timestamp', 'decimal', 'double', 'bool'];

/** A column of the shop. */
export interface CommerceColumn {
  readonly name: string;
  readonly type: CommerceType;
  readonly nullable: boolean;
}

/** A table of the shop; its key is `id`. */
export interface CommerceTable {
  readonly name: string;
  readonly columns: readonly CommerceColumn[];
  /** Tables that columns refer to by their `id`. */
  readonly references: Readonly<Record<string, string>>;
  /** Columns that are unique besides the key. */
  readonly unique: readonly string[];
}

/**
 * A shop of ten tables with primary and foreign keys and no other index. What the columns hold is told by the generator: values are skewed,
 * depend on each other, repeat, and are null at times.
 */
export const COMMERCE: readonly CommerceTable[] = [
  table(
    'customers',
    'name text, email text, country text, segment text?, referrer_id int?, signup_date date, credit decimal?',
    {},
    ['email'],
  ),
  table('addresses', 'customer_id int, city text, country text, is_default bool', {
    customer_id: 'customers',
  }),
  table('suppliers', 'name text, country text, rating double?'),
  table('categories', 'name text, parent_id int?'),
  table(
    'products',
    'category_id int, supplier_id int, name text, price decimal, weight double?, discontinued bool, added_date date',
    { category_id: 'categories', supplier_id: 'suppliers' },
  ),
  table(
    'orders',
    'customer_id int, status text, priority int?, order_date date, created_at timestamp, total decimal, currency text, coupon text?',
    { customer_id: 'customers' },
  ),
  table('order_items', 'order_id int, product_id int, quantity int, price decimal, discount double?', {
    order_id: 'orders',
    product_id: 'products',
  }),
  table('payments', 'order_id int, method text, amount decimal, paid_date date?', { order_id: 'orders' }),
  table('shipments', 'order_id int, carrier text, shipped_date date?, delivered_date date?, cost decimal?', {
    order_id: 'orders',
  }),
  table('reviews', 'product_id int, customer_id int, rating int, review_date date, body text?', {
    product_id: 'products',
    customer_id: 'customers',
  }),
];

/** @param columns `name type`, with a question mark where null may stand; the key comes first by itself */
function table(
  name: string,
  columns: string,
  references: Readonly<Record<string, string>> = {},
  unique: readonly string[] = [],
): CommerceTable {
  const further = columns.split(', ').map((text): CommerceColumn => {
    const [column = '', word = ''] = text.split(' ');
    return { name: column, type: typeIn(word.replace('?', '')), nullable: word.endsWith('?') };
  });
  return { name, columns: [{ name: 'id', type: 'int', nullable: false }, ...further], references, unique };
}

function typeIn(word: string): CommerceType {
  const type = TYPES.find((each) => each === word);
  if (type === undefined) throw new RangeError(`${word} is no type of the shop`);
  return type;
}
