import { createHash } from 'node:crypto';
import { PerfError } from './errors.ts';
import type { Scalar, StructuredQuery } from './query.ts';

/** What an answer depends on besides the query. Two callers share an answer only when all of it is equal. */
export interface QueryKeyScope {
  /** Names the database, as in `flights-production`. */
  readonly source: string;
  /** The catalogue's version. */
  readonly schemaVersion: string;
  /** Whatever the caller's row policy depends on (tenant, role). @default nothing */
  readonly policy?: Readonly<Record<string, Scalar>>;
}

/**
 * The canonical JSON of a query: keys sorted, defaults left out, −0 as 0. The order of members is ignored in `and`, `or`,
 * `in`, `notIn` and `groupBy`, and counts everywhere else. It is a query again, with the same meaning and the same text.
 * Throws `ERR_PERF_INVALID_QUERY` for what JSON cannot say (NaN, bigint, functions).
 */
export function canonicalQuery(query: StructuredQuery): string {
  return canonical(query, '');
}

/**
 * The name of an answer: SHA-256, lower-case hex, of `perf-q1`, the scope and the canonical query.
 * It changes only with a major version.
 */
export function queryKey(query: StructuredQuery, options: { readonly scope: QueryKeyScope }): string {
  const { source, schemaVersion, policy = {} } = options.scope;
  const scope = canonical({ policy, schemaVersion, source }, 'scope');
  return createHash('sha256')
    .update(`perf-q1\n${scope}\n${canonicalQuery(query)}`)
    .digest('hex');
}

/** Lists whose order has no meaning, by the key that holds them. */
const UNORDERED = new Set(['and', 'or', 'groupBy']);

/** Values that mean the same as leaving the key out. */
const DEFAULTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['direction', 'asc'],
  ['nulls', 'last'],
  ['caseSensitive', true],
  ['distinct', false],
  ['offset', 0],
]);

function canonical(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new PerfError('ERR_PERF_INVALID_QUERY', `${path}: ${value} has no JSON form`);
    return JSON.stringify(value + 0);
  }
  if (Array.isArray(value))
    return `[${value.map((item: unknown, i) => canonical(item, `${path}[${i}]`)).join()}]`;
  if (typeof value !== 'object')
    throw new PerfError('ERR_PERF_INVALID_QUERY', `${path}: a ${typeof value} has no JSON form`);
  return canonicalObject(value, path);
}

function canonicalObject(value: object, path: string): string {
  const operator = 'operator' in value ? value.operator : undefined;
  const members = Object.entries(value)
    .filter(
      ([key, member]) =>
        member !== undefined &&
        !(path !== 'scope' && path !== 'scope.policy' && DEFAULTS.has(key) && DEFAULTS.get(key) === member),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]: [string, unknown]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const unordered =
        Array.isArray(member) &&
        (UNORDERED.has(key) || (key === 'value' && (operator === 'in' || operator === 'notIn')));
      const text = unordered
        ? `[${member
            .map((item: unknown, i) => canonical(item, `${at}[${i}]`))
            .toSorted()
            .join()}]`
        : canonical(member, at);
      return `${JSON.stringify(key)}:${text}`;
    });
  return `{${members.join()}}`;
}
