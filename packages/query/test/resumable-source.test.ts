import type { Batch, StructuredQuery } from '@perf/contracts';
import { toRows } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { setUp } from './set-up.ts';

function rowsOf(batch: Batch): readonly unknown[] {
  return toRows(batch).rows;
}

/** A cursor as it comes out of JSON. */
function readCursor(value: unknown): { readonly rows: number } {
  if (typeof value === 'object' && value !== null && 'rows' in value && typeof value.rows === 'number')
    return { ...value, rows: value.rows };
  throw new Error('no cursor');
}

const QUERIES: readonly StructuredQuery[] = [
  { from: 'airports' },
  {
    from: 'flights',
    orderBy: [{ field: 'delay', direction: 'desc' }, { field: 'id' }],
    where: { field: 'id', operator: 'lt', value: 900 },
  },
  { from: 'flights', select: ['id', 'origin'], orderBy: [{ field: 'id' }], offset: 100, limit: 700 },
  {
    from: 'flights',
    select: ['id', 'airports.iata'],
    joins: [{ table: 'airports', type: 'inner', on: [{ left: 'flights.origin', right: 'airports.iata' }] }],
    orderBy: [{ field: 'id' }],
    limit: 500,
  },
  {
    from: 'flights',
    select: ['origin', 'delay', { aggregate: 'count', as: 'n' }],
    groupBy: ['origin', 'delay'],
  },
];

describe.each(['duckdb', 'sqlite'] as const)('a resumable source over %s', (name) => {
  it.each(QUERIES)('goes on after any row as if it had not stopped: %#', async (query) => {
    await using house = await setUp(name);
    const whole = await house.service.source(query);
    const batches = await Array.fromAsync(whole);
    const all = batches.flatMap(rowsOf);
    expect(all.length).toBeGreaterThan(2);
    for (const batch of batches)
      for (const index of new Set([0, rowsOf(batch).length >> 1, rowsOf(batch).length - 1])) {
        const cursor = readCursor(structuredClone(whole.cursorAfter(batch, index)));
        const rest = await house.service.source(query, { cursor });

        expect(rest.fingerprint).toBe(whole.fingerprint);
        expect((await Array.fromAsync(rest)).flatMap(rowsOf)).toEqual(all.slice(cursor.rows));
      }
  });

  it('gives the same rows as the query itself, in its order', async () => {
    await using house = await setUp(name);
    const query = { from: 'airports', orderBy: [{ field: 'iata', direction: 'desc' }] };

    const batches = await Array.fromAsync(await house.service.source(query));

    const answer = await house.service.query(query);
    expect(batches.flatMap(rowsOf)).toEqual(answer.batches.flatMap(rowsOf));
  });

  it('has another fingerprint for other rows, another query or another version', async () => {
    await using house = await setUp(name);
    const print = async (query: unknown, version?: string): Promise<string> => {
      await using source = await house.service.source(query, version === undefined ? {} : { version });
      return source.fingerprint;
    };
    const first = await print({ from: 'airports' });

    expect(await print({ from: 'airports' })).toBe(first);
    expect(await print({ from: 'airports' }, 'v2')).not.toBe(first);
    expect(await print({ from: 'airports', limit: 2 })).not.toBe(first);
    const text = "DELETE FROM airports WHERE iata = 'JFK'";
    await Array.fromAsync(await house.engine.execute({ dialect: name, text, parameters: [] }));
    expect(await print({ from: 'airports' })).not.toBe(first);
  });

  it.each([
    [{ from: 'flights', orderBy: [{ field: 'delay' }] }, 'ERR_PERF_INVALID_QUERY'],
    [{ from: 'airports', select: ['state'] }, 'ERR_PERF_UNSUPPORTED'],
    [{ from: 'airports', orderBy: [{ field: 'iata' }], after: ['LAX'] }, 'ERR_PERF_UNSUPPORTED'],
    [{ from: 'nowhere' }, 'ERR_PERF_UNKNOWN_TABLE'],
  ])('refuses %o with %s', async (query, code) => {
    await using house = await setUp(name);

    await expect(house.service.source(query)).rejects.toMatchObject({ code });
  });

  it.each([undefined, 5, {}, { after: [{}], rows: 1 }, { after: ['SFO'], rows: '1' }])(
    'refuses the cursor %o',
    async (cursor) => {
      await using house = await setUp(name);
      const opened = house.service.source({ from: 'airports' }, { cursor: cursor ?? null });

      await expect(opened).rejects.toMatchObject({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' });
    },
  );
});
