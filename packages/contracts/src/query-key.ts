import { nodeCrypto } from './node-crypto.ts';
import { PerfError } from './errors.ts';
import type { Scalar, StructuredQuery } from './query.ts';
import { QUERY_LIMITS } from './query-limits.ts';

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
 * Throws `ERR_PERF_INVALID_QUERY` for what JSON cannot say (NaN, bigint, functions, objects of a class, cycles).
 */
export function canonicalQuery(query: StructuredQuery): string {
  return canonical(query, '', 0);
}

/**
 * The name of an answer: SHA-256, lower-case hex, of `perf-q1`, the scope and the canonical query.
 * It changes only with a major version. Throws `ERR_PERF_INVALID_OPTION` when a part of the scope is missing.
 */
export function queryKey(query: StructuredQuery, options: { readonly scope: QueryKeyScope }): string {
  return nodeCrypto()
    .createHash('sha256')
    .update(`perf-q1\n${canonicalScope(options.scope)}\n${canonicalQuery(query)}`)
    .digest('hex');
}

/** Levels of a checked query: the deepest filter, two levels each, and what stands around it. */
const MOST_LEVELS = 2 * QUERY_LIMITS.filterDepth + 8;

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

/** A part left undefined would let two callers share an answer, so it is an error and never a default. */
function canonicalScope(scope: QueryKeyScope): string {
  const { source, schemaVersion, policy = {} } = scope;
  for (const [name, value] of Object.entries({ source, schemaVersion }))
    if (typeof value !== 'string')
      throw new PerfError('ERR_PERF_INVALID_OPTION', `scope.${name} must be text, got ${String(value)}`);
  const parts = Object.entries(policy).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of parts)
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `scope.policy.${name} must be a scalar, got ${typeof value}`,
      );
  const policyText = parts.map(
    ([name, value]) => `${JSON.stringify(name)}:${canonical(value, `scope.policy.${name}`, 0)}`,
  );
  return `{"policy":{${policyText.join()}},"schemaVersion":${JSON.stringify(schemaVersion)},"source":${JSON.stringify(source)}}`;
}

function canonical(value: unknown, path: string, level: number): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unsayable(path, String(value));
    return JSON.stringify(value + 0);
  }
  if (typeof value !== 'object') throw unsayable(path, `a ${typeof value}`);
  if (level > MOST_LEVELS) throw unsayable(path, `a query of more than ${MOST_LEVELS} levels`);
  if (Array.isArray(value)) return `[${canonicalMembers(value, path, level).join()}]`;
  return canonicalObject(value, path, level);
}

function canonicalMembers(list: readonly unknown[], path: string, level: number): string[] {
  return Array.from(list, (item, i) => canonical(item, `${path}[${i}]`, level + 1));
}

function canonicalObject(value: object, path: string, level: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw unsayable(path, 'an object of a class');
  const operator = 'operator' in value ? value.operator : undefined;
  const members = Object.entries(value)
    .filter(([key, member]) => member !== undefined && !(DEFAULTS.has(key) && DEFAULTS.get(key) === member))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]: [string, unknown]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const unordered =
        Array.isArray(member) &&
        (UNORDERED.has(key) || (key === 'value' && (operator === 'in' || operator === 'notIn')));
      const text = unordered
        ? `[${canonicalMembers(member, at, level + 1)
            .toSorted()
            .join()}]`
        : canonical(member, at, level + 1);
      return `${JSON.stringify(key)}:${text}`;
    });
  return `{${members.join()}}`;
}

function unsayable(path: string, what: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_QUERY', `${path === '' ? 'query' : path}: ${what} has no JSON form`);
}
