import type { StructuredQuery } from '@perf/contracts';
import { checkQuery } from '@perf/contracts';
import { arbitraryQuery, catalogFixture, isTotallyOrdered } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** 1,000 queries, always the same. */
const queries = fc.sample(arbitraryQuery(catalogFixture), { numRuns: 1000, seed: 5 });

function shareWith(part: keyof StructuredQuery): number {
  return queries.filter((query) => query[part] !== undefined).length / queries.length;
}

describe('arbitraryQuery', () => {
  it('gives only queries that pass the check, and survive JSON', () => {
    for (const query of queries) {
      const parsed: unknown = JSON.parse(JSON.stringify(query));
      expect(checkQuery(parsed, catalogFixture)).toEqual(parsed);
    }
  });

  it.each([
    'joins',
    'select',
    'where',
    'groupBy',
    'having',
    'orderBy',
    'distinct',
    'limit',
    'offset',
    'after',
  ] as const)('uses %s often enough to matter', (part) => {
    expect(shareWith(part)).toBeGreaterThan(0.03);
    expect(shareWith(part)).toBeLessThan(0.97);
  });

  it('cuts the answer only where the order is total', () => {
    for (const query of queries) {
      const cut = query.limit !== undefined || query.offset !== undefined || query.after !== undefined;
      expect(cut && (query.orderBy ?? []).length === 0).toBe(false);
      expect(isTotallyOrdered(query)).toBe(cut);
    }
  });

  it('keeps to the tables, operators and joins it is given', () => {
    const narrow = arbitraryQuery(catalogFixture, {
      tables: ['flights'],
      maxJoins: 0,
      operators: new Set(['eq']),
      keyset: false,
      caseInsensitive: false,
    });
    const found = fc.sample(narrow, { numRuns: 300, seed: 6 });

    expect(
      found.every(
        ({ from, joins, after }) => from === 'flights' && joins === undefined && after === undefined,
      ),
    ).toBe(true);
    const text = JSON.stringify(found.map(({ where, having }) => [where, having]));
    expect(new Set(text.match(/"operator":"\w+"/g))).toEqual(
      new Set(['"operator":"eq"', '"operator":"isNotNull"']),
    );
    expect(text).not.toContain('caseSensitive');
  });

  it('compares with values of the data when it knows them', () => {
    const known = arbitraryQuery(catalogFixture, {
      tables: ['airports'],
      maxJoins: 0,
      samples: (_, column) => (column === 'iata' ? ['KNOWN'] : []),
    });

    expect(JSON.stringify(fc.sample(known, { numRuns: 200, seed: 7 }))).toContain('KNOWN');
  });
});
