import diagnostics from 'node:diagnostics_channel';
import { batchLength, channels, compareAnswers, isPerfError } from '@perf/contracts';
import { fileSink, memorySink } from '@perf/export-csv';
import { createOptimizer } from '@perf/optimizer';
import { createQueryService } from '@perf/query';
import { readRows } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { BY_ORIGIN, setUp } from './set-up.ts';

const code = (name: string): unknown => expect.objectContaining({ code: name });

describe.each(['duckdb', 'sqlite'] as const)('QueryService on %s', (name) => {
  it('answers a query, and answers it again from the cache', async () => {
    await using house = await setUp(name);

    const first = await house.service.query(BY_ORIGIN);
    const second = await house.service.query(BY_ORIGIN);

    expect([...first.objects()].map((row) => row['origin'])).toHaveLength(3);
    expect(first.info.fromCache).toBe(false);
    expect(second.info).toEqual({ key: first.info.key, fromCache: true, rewrites: [] });
    expect(compareAnswers(first, second, { ordered: true })).toBeUndefined();
    expect(house.engine.calls('execute')).toBe(1);
  });

  it('gives the same answer with every combination of switches', async () => {
    await using house = await setUp(name);
    const query = {
      ...BY_ORIGIN,
      where: {
        and: [
          { field: 'origin', operator: 'regex', value: 'F|L' },
          { field: 'delay', operator: 'gt', value: 150 },
        ],
      },
    };
    const reference = await house.service.query(query, { switches: { cache: false, optimizer: false } });

    for (const cache of [true, false])
      for (const optimizer of [true, false]) {
        house.service.switches = { cache, optimizer };
        for (let i = 0; i < 2; i++) {
          const answer = await house.service.query(query);
          expect(compareAnswers(reference, answer, { ordered: true })).toBeUndefined();
          expect(answer.info.fromCache).toBe(cache && !(optimizer && i === 0));
        }
      }
  });

  it('runs one statement for many callers of one question', async () => {
    await using house = await setUp(name);

    const answers = await Promise.all(Array.from({ length: 50 }, () => house.service.query(BY_ORIGIN)));

    expect(house.engine.calls('execute')).toBe(1);
    expect(answers.filter(({ info }) => !info.fromCache)).toHaveLength(1);
    expect(new Set(answers.map(({ length }) => length))).toEqual(new Set([3]));
  });

  it('gives a too large answer whole to each of many callers, and does not keep it', async () => {
    await using house = await setUp(name, { maxCachedRows: 5000 });
    const query = { from: 'flights', orderBy: [{ field: 'id' }] };

    const answers = await Promise.all(Array.from({ length: 4 }, () => house.service.query(query)));
    const later = await house.service.query(query);

    for (const answer of [...answers, later]) {
      expect(answer.info.fromCache).toBe(false);
      expect(answer.length).toBe(20_000);
      expect([...answer.objects()].at(-1)?.['id']).toBe(19_999n);
    }
    expect(house.cache.getStatistics().tiers[0]?.entries).toBe(0);
  });

  it('keeps an answer that a stream read to its end, and none that failed half way', async () => {
    await using house = await setUp(name);
    house.engine.failNext('batch', new RangeError('the wire broke'));
    await expect(house.service.query(BY_ORIGIN)).rejects.toThrow('the wire broke');

    await readRows(await house.service.stream(BY_ORIGIN));
    const kept = await house.service.stream(BY_ORIGIN);

    expect(kept.info.fromCache).toBe(true);
    expect(await readRows(kept)).toHaveLength(3);
  });

  it('lets go of the statement when a stream is left, disposed, or aborted before it is read', async () => {
    await using house = await setUp(name, { maxCachedRows: 100 });
    for (const cache of [true, false]) {
      const options = { switches: { cache } };
      for await (const batch of await house.service.stream({ from: 'flights' }, options)) if (batch) break;
      await (await house.service.stream({ from: 'flights' }, options))[Symbol.asyncDispose]();
      const leaving = new AbortController();
      const unread = await house.service.stream({ from: 'flights' }, { ...options, signal: leaving.signal });
      leaving.abort();

      expect((await house.service.query(BY_ORIGIN, options)).length).toBe(3);
      await expect(readRows(unread)).rejects.toEqual(code('ERR_PERF_ABORTED'));
    }
    expect(house.engine.openStreams).toBe(0);
  });

  it('lets go of the statement when an export fails before its first row', async () => {
    await using house = await setUp(name);

    await expect(
      house.service.export({ from: 'flights' }, 'csv', fileSink('/no/such/folder/flights.csv')),
    ).rejects.toEqual(code('ERR_PERF_OPEN_FAILED'));

    expect(house.engine.openStreams).toBe(0);
    expect((await house.service.query(BY_ORIGIN)).length).toBe(3);
  });

  it('answers when statistics cannot be read, and says so', async () => {
    const failures: unknown[] = [];
    await using house = await setUp(name, { onError: (error) => failures.push(error) });
    house.engine.failNext('statistics', new RangeError('no statistics'));

    expect((await house.service.query(BY_ORIGIN)).length).toBe(3);
    expect((await house.service.estimate(BY_ORIGIN)).rows).toBeGreaterThan(3);
    expect(failures).toEqual([new RangeError('no statistics')]);
    house.clock.advance(30_001);

    expect((await house.service.estimate(BY_ORIGIN)).rows).toBeCloseTo(3, 0);
  });

  it('lets a caller leave while statistics are read', async () => {
    await using house = await setUp(name);
    const leaving = new AbortController();
    house.engine.hang();
    const waiting = house.service.query(BY_ORIGIN, { signal: leaving.signal, switches: { cache: false } });

    leaving.abort();

    await expect(waiting).rejects.toEqual(code('ERR_PERF_ABORTED'));
    house.engine.release();
  });

  it('stops the caller who aborts and nobody else', async () => {
    await using house = await setUp(name);
    const leaving = new AbortController();
    house.engine.hang();
    const left = house.service.query(BY_ORIGIN, { signal: leaving.signal });
    const staying = house.service.query(BY_ORIGIN);

    leaving.abort(new Error('gone'));
    await expect(left).rejects.toEqual(code('ERR_PERF_ABORTED'));
    house.engine.release();

    expect((await staying).length).toBe(3);
    await expect(house.service.query(BY_ORIGIN, { signal: AbortSignal.abort() })).rejects.toEqual(
      code('ERR_PERF_ABORTED'),
    );
  });

  it('stops a stream in its middle', async () => {
    await using house = await setUp(name, { maxCachedRows: 100 });
    const leaving = new AbortController();
    const stream = await house.service.stream({ from: 'flights' }, { signal: leaving.signal });

    const reading = async (): Promise<void> => {
      for await (const batch of stream) if (batch) leaving.abort();
    };

    await expect(reading()).rejects.toEqual(code('ERR_PERF_ABORTED'));
    expect((await house.service.query(BY_ORIGIN)).length).toBe(3);
  });

  it('never keeps a secret column, and a personal one only for a short time', async () => {
    await using house = await setUp(name);
    const ask = (column: string) =>
      house.service.query({ from: 'airports', select: ['iata', { field: column, as: 'shown' }] });

    await ask('pin');
    await ask('email');
    expect((await ask('pin')).info.fromCache).toBe(false);
    expect((await ask('email')).info.fromCache).toBe(true);
    house.clock.advance(60_001);

    expect((await ask('email')).info.fromCache).toBe(false);
    expect((await ask('email')).schema.fields[1]?.classification).toBe('pii');
  });

  it('shares no answer between policies', async () => {
    await using house = await setUp(name);

    const [one, other, again] = [
      await house.service.query(BY_ORIGIN, { policy: { tenant: 'a' } }),
      await house.service.query(BY_ORIGIN, { policy: { tenant: 'b' } }),
      await house.service.query(BY_ORIGIN, { policy: { tenant: 'a' } }),
    ];

    expect(one.info.key).not.toBe(other.info.key);
    expect([one, other, again].map(({ info }) => info.fromCache)).toEqual([false, false, true]);
  });

  it('forgets an answer when one of its tables is invalidated', async () => {
    await using house = await setUp(name);
    const joined = {
      from: 'flights',
      select: [{ aggregate: 'count', as: 'n' }],
      joins: [{ table: 'airports', type: 'inner', on: [{ left: 'origin', right: 'iata' }] }],
    };
    await house.service.query(joined);
    await house.service.query(BY_ORIGIN);

    await house.cache.invalidateTags(['table:airports']);

    expect((await house.service.query(joined)).info.fromCache).toBe(false);
    expect((await house.service.query(BY_ORIGIN)).info.fromCache).toBe(true);
  });

  it('marks an answer that the row limit cut, however it comes, and keeps it apart from the whole one', async () => {
    await using house = await setUp(name);
    const optimizer = createOptimizer({ catalog: house.catalog, dialect: name, rowLimit: 10 });
    await using limited = await setUp(name, { optimizer, cache: house.cache });
    const truncated = { limit: 10 };
    const query = { from: 'flights' };

    const whole = await house.service.query(query);
    const cut = await limited.service.query(query);
    const again = await limited.service.query(query);
    const plain = await limited.service.query(query, { switches: { cache: false, optimizer: false } });
    const file = await limited.service.export(query, 'csv', memorySink());

    expect([whole.length, whole.info.truncated]).toEqual([20_000, undefined]);
    expect([cut, again, plain].map(({ length, info }) => [length, info.truncated])).toEqual([
      [10, truncated],
      [10, truncated],
      [10, truncated],
    ]);
    expect(again.info.fromCache).toBe(true);
    expect(cut.info.key).not.toBe(whole.info.key);
    expect(file.warnings).toContainEqual(expect.objectContaining({ code: 'truncated' }));
    expect((await house.service.export(query, 'csv', memorySink())).warnings).toEqual([]);
    await expect(limited.service.source(query)).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
    const within = await limited.service.source({ ...query, limit: 10 });
    expect((await Array.fromAsync(within)).map(batchLength)).toEqual([10]);
  });

  it('exports the same rows that it answers', async () => {
    await using house = await setUp(name);
    const sink = memorySink();

    const manifest = await house.service.export(BY_ORIGIN, 'csv', sink);

    const rows = [...(await house.service.query(BY_ORIGIN)).objects()];
    const lines = rows.map((row) => `${Object.values(row).join()}\n`);
    expect(manifest.rows).toBe(3);
    expect(new TextDecoder().decode(sink.bytes())).toBe(`origin,n,mean\n${lines.join('')}`);
    await expect(house.service.export(BY_ORIGIN, 'toString', memorySink())).rejects.toEqual(
      code('ERR_PERF_UNSUPPORTED'),
    );
  });

  it('masks a personal column in an export', async () => {
    await using house = await setUp(name);
    const sink = memorySink();

    await house.service.export(
      { from: 'airports', select: ['iata', 'email'], orderBy: [{ field: 'iata' }] },
      'csv',
      sink,
    );

    expect(new TextDecoder().decode(sink.bytes())).toBe('iata,email\nJFK,\nLAX,***\nSFO,***\n');
  });

  it('explains and estimates without running the query', async () => {
    await using house = await setUp(name);

    const explained = await house.service.explain(BY_ORIGIN);
    const estimate = await house.service.estimate(BY_ORIGIN);
    const analyzed = await house.service.explain(BY_ORIGIN, { analyze: true });

    expect(house.engine.calls('execute')).toBe(0);
    expect(explained.logical.operator).toBe('sort');
    expect(explained.physical.children.length).toBeGreaterThan(0);
    expect(estimate.rows).toBeCloseTo(3, 0);
    expect(JSON.stringify(analyzed.physical)).toContain('"actualRows":3');
  });

  it('profiles the phases that a query passed', async () => {
    await using house = await setUp(name);

    const first = await house.service.query(BY_ORIGIN);
    const second = await house.service.query(BY_ORIGIN);

    expect(first.profile?.dataLoadMs).toBeGreaterThan(0);
    expect(first.profile?.planMs).toBeGreaterThan(0);
    expect(second.profile?.dataLoadMs).toBe(0);
    expect(second.profile?.cacheCheckMs).toBeGreaterThan(0);
  });

  it('tells subscribers of queries and rewrites, without literals', async () => {
    await using house = await setUp(name);
    const heard: unknown[] = [];
    const listen = (message: unknown): number => heard.push(message);
    diagnostics.subscribe(channels.query, listen);
    diagnostics.subscribe(channels.rewrite, listen);
    const query = {
      from: 'flights',
      where: {
        and: [
          { field: 'origin', operator: 'regex', value: 'hidden' },
          { field: 'id', operator: 'eq', value: 7 },
        ],
      },
    };

    await house.service.query(query);
    await house.service.query(query);
    diagnostics.unsubscribe(channels.query, listen);
    diagnostics.unsubscribe(channels.rewrite, listen);

    expect(heard).toEqual([
      expect.objectContaining({ rule: 'filter-order' }),
      expect.objectContaining({ engine: name, source: 'engine', rows: 0 }),
      expect.objectContaining({ engine: name, source: 'cache', rows: 0 }),
    ]);
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('tells subscribers of failures and of streams too', async () => {
    await using house = await setUp(name);
    const heard: unknown[] = [];
    const listen = (message: unknown): number => heard.push(message);
    diagnostics.subscribe(channels.query, listen);
    house.engine.failNext('execute', new RangeError('down'));

    await expect(house.service.query(BY_ORIGIN)).rejects.toThrow('down');
    await readRows(await house.service.stream(BY_ORIGIN));
    diagnostics.unsubscribe(channels.query, listen);

    expect(heard).toEqual([
      expect.objectContaining({ rows: 0, error: 'unknown' }),
      expect.objectContaining({ rows: 3, source: 'engine' }),
    ]);
  });

  it('refuses a bad query before anything runs', async () => {
    await using house = await setUp(name);
    for (const bad of [
      undefined,
      'flights',
      { from: 'nope' },
      { from: 'flights', where: { field: 'delay', operator: 'eq', value: "1' OR '1'='1" } },
    ])
      await expect(house.service.query(bad)).rejects.toSatisfy(isPerfError);

    expect(house.engine.calls()).toBe(0);
  });

  it('works without cache and profiler', async () => {
    await using house = await setUp(name);
    const { engine, catalog } = house;
    const service = createQueryService({
      source: 'test',
      engine,
      catalog,
      optimizer: createOptimizer({ catalog, dialect: name }),
    });

    expect((await service.query(BY_ORIGIN)).profile).toBeUndefined();
    expect((await service.query(BY_ORIGIN)).info.fromCache).toBe(false);
  });
});

describe('QueryService', () => {
  it('refuses limits that make no sense', async () => {
    await expect(setUp('duckdb', { maxCachedRows: -1 })).rejects.toEqual(code('ERR_PERF_INVALID_OPTION'));
    await expect(setUp('duckdb', { source: '' })).rejects.toEqual(code('ERR_PERF_INVALID_OPTION'));
  });
});
