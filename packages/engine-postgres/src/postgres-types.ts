import type { DataType } from '@perf/contracts';

/** A type as Postgres has it: what a value is read as, and how. */
export interface PostgresType {
  readonly type: DataType;
  /** A number with as many digits as it likes: it is a decimal only where somebody has said of which scale. */
  readonly isUnbounded?: boolean;
  /** Text that is filled up with blanks, which mean nothing. */
  readonly isPadded?: boolean;
  /** What stands between the items of a list. @default ',' */
  readonly delimiter?: string;
  /** Of a list. */
  readonly item?: PostgresType;
}

/** What `readTypeNames` gives for types that a database has added or lists. */
export interface KnownTypes {
  /** Item of each list type, with its delimiter. */
  readonly lists: ReadonlyMap<number, { readonly item: number; readonly delimiter: string }>;
  /** Base of each domain. */
  readonly domains: ReadonlyMap<number, { readonly base: number; readonly modifier: number }>;
  /** Every type of the database's own that was seen. */
  readonly seen: ReadonlySet<number>;
}

/** The first number of a type that a database has made itself. */
export const FIRST_OWN_TYPE = 16_384;

/** Asks for lists and domains, and all types of the database's own. Types of rows count only when they are asked for. */
export const TYPES_QUERY: string = `/*perf*/ SELECT t.oid::int8 AS id, t.typtype = 'd' AS is_domain, t.typbasetype::int8 AS base,
  t.typtypmod AS modifier, CASE WHEN e.typarray = t.oid THEN e.oid::int8 END AS item, e.typdelim::text AS delimiter
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE (t.oid >= ${FIRST_OWN_TYPE} AND t.typtype <> 'c') OR (t.typcategory = 'A' AND e.typarray = t.oid) OR t.oid = $1::int8`;

/** Reads the rows of `TYPES_QUERY`. */
export function knownTypes(rows: readonly Readonly<Record<string, unknown>>[]): KnownTypes {
  const lists = new Map<number, { item: number; delimiter: string }>();
  const domains = new Map<number, { base: number; modifier: number }>();
  const seen = new Set<number>();
  for (const { id, is_domain: isDomain, base, modifier, item, delimiter } of rows) {
    seen.add(Number(id));
    if (isDomain === true) domains.set(Number(id), { base: Number(base), modifier: Number(modifier) });
    if (item !== null)
      lists.set(Number(id), {
        item: Number(item),
        delimiter: typeof delimiter === 'string' ? delimiter : ',',
      });
  }
  return { lists, domains, seen };
}

/** How values of a type are read. Types without a place in the contract are text, as the server prints them. */
export function postgresType(id: number, modifier: number, known: KnownTypes): PostgresType {
  const domain = known.domains.get(id);
  if (domain !== undefined)
    return postgresType(domain.base, modifier === -1 ? domain.modifier : modifier, known);
  const list = known.lists.get(id);
  if (list !== undefined) {
    const item = postgresType(list.item, modifier, known);
    return { type: { kind: 'list', item: item.type }, item, delimiter: list.delimiter };
  }
  switch (id) {
    case 1700:
      return numericType(modifier);
    case 1042:
      return { type: { kind: 'utf8' }, isPadded: true };
    case 1114:
    case 1184:
      return {
        type: { kind: 'timestamp', unit: modifier === 0 ? 's' : modifier > 0 && modifier <= 3 ? 'ms' : 'us' },
      };
    default:
      return { type: PLAIN.get(id) ?? { kind: 'utf8' } };
  }
}

/** The decimal that a number without bounds is where nobody says otherwise. */
const ANY_DECIMAL = { kind: 'decimal', precision: 38, scale: 18 } as const;

/** The modifier holds precision and scale, both 16 bits with the scale's sign in its eleventh. */
function numericType(modifier: number): PostgresType {
  if (modifier < 4) return { type: ANY_DECIMAL, isUnbounded: true };
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (scale > 38) return { type: ANY_DECIMAL, isUnbounded: true };
  const digits = Math.min(38, Math.max(precision - Math.min(scale, 0), scale));
  return { type: { kind: 'decimal', precision: digits, scale: Math.max(scale, 0) } };
}

const PLAIN: ReadonlyMap<number, DataType> = new Map<number, DataType>([
  [16, { kind: 'bool' }],
  [17, { kind: 'binary' }],
  [20, { kind: 'int64' }],
  [21, { kind: 'int32' }],
  [23, { kind: 'int32' }],
  [26, { kind: 'int64' }],
  [114, { kind: 'json' }],
  [700, { kind: 'float64' }],
  [701, { kind: 'float64' }],
  [1082, { kind: 'date' }],
  [3802, { kind: 'json' }],
]);
