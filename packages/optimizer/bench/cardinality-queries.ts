import type { SeededRandom } from '@perf/testkit';
import { seededRandom } from '@perf/testkit/inputs';
import type { SiteTable } from './cardinality-site.ts';

/** Columns that hold keys of one kind. */
const DOMAINS: readonly (readonly string[])[] = [
  ['users.id', 'posts.owner_id', 'comments.user_id', 'votes.user_id', 'badges.user_id'],
  ['posts.id', 'comments.post_id', 'votes.post_id', 'links.post_id', 'links.related_id'],
];

/** A join of tables, each by its name, with conditions. */
export interface SubPlan {
  readonly tables: readonly { readonly name: string; readonly filters: readonly string[] }[];
  /** Each joins a table to an earlier one. */
  readonly edges: readonly { readonly left: string; readonly right: string }[];
}

/** Joins of two to six tables, and all of their parts that hang together, each once. */
export function subPlans(site: readonly SiteTable[], seed: number, count: number): readonly SubPlan[] {
  const random = seededRandom(seed);
  const found = new Map<string, SubPlan>();
  while (found.size < count) {
    const whole = randomPlan(random, site);
    for (const part of random.shuffle(partsOf(whole)).slice(0, 12)) found.set(plainText(part), part);
  }
  return [...found.values()].slice(0, count);
}

/** The plan as a person would write it. */
export function plainText({ tables, edges }: SubPlan): string {
  const conditions = [
    ...edges.map(({ left, right }) => `${left} = ${right}`),
    ...tables.flatMap(({ filters }) => filters),
  ];
  return `SELECT * FROM ${tables.map(({ name }) => name).join(', ')} WHERE ${conditions.join(' AND ')}`;
}

/** Its number of rows, counted without joining them: how many rows hang on each key, from the leaves inwards. */
export function countText(plan: SubPlan): string {
  const root = plan.tables[0]?.name ?? '';
  return `SELECT coalesce(${countedFrom(plan, root, undefined, undefined)}`;
}

function countedFrom(
  plan: SubPlan,
  table: string,
  from: string | undefined,
  key: string | undefined,
): string {
  const children = plan.edges.flatMap(({ left, right }) => {
    const [a, b] = [left.split('.')[0] ?? '', right.split('.')[0] ?? ''];
    if (a === table && b !== from) return [{ child: b, own: left, other: right }];
    return b === table && a !== from ? [{ child: a, own: right, other: left }] : [];
  });
  const joins = children.map(
    ({ child, own, other }, i) =>
      `JOIN (SELECT ${other} AS k, ${countedFrom(plan, child, table, other)}) AS j${i} ON j${i}.k = ${own}`,
  );
  const product = ['1.0::double precision', ...children.map((_, i) => `j${i}.n`)].join(' * ');
  const filters = plan.tables.find(({ name }) => name === table)?.filters ?? [];
  const where = filters.length === 0 ? '' : ` WHERE ${filters.join(' AND ')}`;
  const sum = key === undefined ? `sum(${product}), 0) AS n` : `sum(${product}) AS n`;
  return `${sum} FROM ${table} ${joins.join(' ')}${where}${key === undefined ? '' : ` GROUP BY ${key}`}`;
}

function randomPlan(random: SeededRandom, site: readonly SiteTable[]): SubPlan {
  const wanted = random.int(2, 6);
  const joined = [random.pick(site).name];
  const edges: { left: string; right: string }[] = [];
  for (let tries = 0; joined.length < wanted && tries < 50; tries++) {
    const domain = random.pick(DOMAINS);
    const [left, right] = [random.pick(domain), random.pick(domain)];
    const [a, b] = [left.split('.')[0] ?? '', right.split('.')[0] ?? ''];
    if (!joined.includes(a) || joined.includes(b)) continue;
    joined.push(b);
    edges.push({ left, right });
  }
  return {
    tables: joined.map((name) => ({ name, filters: filtersOf(random, site, name) })),
    edges,
  };
}

function filtersOf(random: SeededRandom, site: readonly SiteTable[], name: string): readonly string[] {
  const table = site.find((each) => each.name === name);
  if (table === undefined || random.next() < 0.3) return [];
  const own = table.columns
    .map((column, place) => ({ column, place }))
    .filter(({ column }) => !column.endsWith('id'));
  return random
    .shuffle(own)
    .slice(0, random.next() < 0.6 ? 1 : 2)
    .map(({ column, place }) => {
      const value = (): string => {
        const cell = random.pick(table.rows)[place];
        return typeof cell === 'string'
          ? `'${cell}'`
          : cell === null || cell === undefined
            ? ''
            : String(cell);
      };
      return conditionOn(random, `${name}.${column}`, value);
    });
}

function conditionOn(random: SeededRandom, column: string, value: () => string): string {
  const [a, b] = [value(), value()].toSorted((x, y) =>
    x.startsWith("'") ? (x < y ? -1 : 1) : Number(x) - Number(y),
  );
  if (a === undefined || b === undefined || a === '' || b === '')
    return random.next() < 0.5 ? `${column} IS NULL` : `${column} IS NOT NULL`;
  if (/\.(country|tag|name|kind)$/.test(column)) {
    if (random.next() < 0.25) return `${column} IN (${[...new Set([a, b])].join(', ')})`;
    return random.next() < 0.15 ? `${column} <> ${a}` : `${column} = ${a}`;
  }
  const kind = random.int(0, 3);
  if (kind === 0) return `${column} >= ${a}`;
  if (kind === 1) return `${column} <= ${b}`;
  return kind === 2 ? `${column} BETWEEN ${a} AND ${b}` : `(${column} > ${b} OR ${column} < ${a})`;
}

/** All parts of two tables or more that hang together. */
function partsOf({ tables, edges }: SubPlan): readonly SubPlan[] {
  const parts: SubPlan[] = [];
  for (let set = 3; set < 2 ** tables.length; set++) {
    const chosen = tables.filter((_, i) => ((set >> i) & 1) === 1);
    const isIn = (column: string): boolean => chosen.some(({ name }) => column.startsWith(`${name}.`));
    const own = edges.filter(({ left, right }) => isIn(left) && isIn(right));
    if (chosen.length >= 2 && own.length === chosen.length - 1) parts.push({ tables: chosen, edges: own });
  }
  return parts;
}
