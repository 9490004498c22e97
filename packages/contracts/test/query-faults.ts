import { checkQuery, isPerfError } from '@perf/contracts';
import type { PerfError } from '@perf/contracts';
import { catalog } from './catalog.ts';

/** Checks a query against the catalogue of the tests. */
export const check = (query: unknown): unknown => checkQuery(query, catalog);
/** A query of flights. */
export const flights = (rest: object): unknown => ({ from: 'flights', ...rest });
/** A query of flights with one comparison. */
export const where = (field: string, operator: string, value?: unknown, rest: object = {}): unknown =>
  flights({ where: { field, operator, ...(value === undefined ? {} : { value }), ...rest } });

/** Runs the check and gives back its error. */
export function fault(query: unknown): PerfError | undefined {
  try {
    check(query);
    return undefined;
  } catch (error) {
    if (isPerfError(error)) return error;
    throw error;
  }
}

/** A filter `levels` deep around `leaf`. */
export function nested(levels: number, leaf: unknown): unknown {
  let filter = leaf;
  for (let i = 0; i < levels; i++) filter = i % 2 === 0 ? { not: filter } : { and: [filter] };
  return filter;
}

/** A comparison that is right. */
export const isNull = { field: 'delay', operator: 'isNull' };
