import { AccessPatternAnalyzer, RecurringTerms, TieredCache, WARMING_LISTS, Warmer } from '@perf/cache-core';
import type { WarmingList, WarmingReport } from '@perf/cache-core';
import type { StructuredQuery } from '@perf/contracts';
import { FakeClock, seededRandom } from '@perf/testkit';
import { describe, expect, it, vi } from 'vitest';
import { TopCounts } from '../src/smart/top-counts.ts';

describe('TopCounts', () => {
  it('never counts too low, and too high by at most the rarest, in its room', () => {
    const random = seededRandom(7).next;
    const top = new TopCounts<number>(50);
    const truth = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const item = Math.floor(1 / (random() + 0.001));
      top.add(item);
      truth.set(item, (truth.get(item) ?? 0) + 1);
    }

    const counts = top.top(50);
    const rarest = counts.at(-1)?.count ?? 0;
    expect(top.size).toBe(50);
    for (const { item, count } of counts) {
      expect(count).toBeGreaterThanOrEqual(truth.get(item) ?? 0);
      expect(count - (truth.get(item) ?? 0)).toBeLessThanOrEqual(rarest);
    }
    expect(counts[0]?.item).toBe([...truth].toSorted((a, b) => b[1] - a[1])[0]?.[0]);
  });
});

describe('AccessPatternAnalyzer', () => {
  it('learns what follows what, in each session by itself', () => {
    const patterns = new AccessPatternAnalyzer();
    for (const session of ['a', 'b']) patterns.record('home', { session });
    patterns.record('search', { session: 'a' });
    patterns.record('search', { session: 'b' });
    patterns.record('home', { session: 'c' });
    patterns.record('help', { session: 'c' });
    patterns.record('home', { session: 'd' });
    patterns.record('search', { session: 'd' });

    expect(patterns.predict('home')).toEqual([
      { key: 'search', probability: 0.75, loadMs: 0 },
      { key: 'help', probability: 0.25, loadMs: 0 },
    ]);
    expect(patterns.predict('never seen')).toEqual([]);
  });

  it('lets an old pattern fade', () => {
    const patterns = new AccessPatternAnalyzer();
    const visit = (key: string): void => {
      patterns.record('home');
      patterns.record(key);
    };
    for (let i = 0; i < 2000; i++) visit('old');
    for (let i = 0; i < 600; i++) visit('new');

    expect(patterns.predict('home', 1)[0]?.key).toBe('new');
  });

  it('stays within its room, whatever is asked', () => {
    const patterns = new AccessPatternAnalyzer({ maxKeys: 10, maxFollowers: 2, maxSessions: 5 });
    const random = seededRandom(1).next;
    for (let i = 0; i < 10_000; i++)
      patterns.record(`k${Math.floor(random() * 1000)}`, { session: `s${Math.floor(random() * 100)}` });

    expect(patterns.size).toBeLessThanOrEqual(10);
  });

  it('warms the likely and dear, and leaves the unlikely and cheap', async () => {
    const patterns = new AccessPatternAnalyzer();
    const cache = new TieredCache();
    for (const [next, loadMs, times] of [
      ['dear', 200, 8],
      ['cheap', 1, 8],
      ['rare', 200, 0.1],
    ] as const) {
      patterns.record(next, { session: 'timing', loadMs });
      for (let i = 0; i < times; i++) {
        patterns.record('home', { session: 's' });
        patterns.record(next, { session: 's' });
      }
    }
    for (let i = 0; i < 50; i++) {
      patterns.record('home', { session: 's' });
      patterns.record('dear', { session: 's' });
    }
    const loadFor = (key: string) => ({ load: async () => `loaded ${key}` });

    const warmed = await patterns.predictAndWarm('home', { cache, loadFor });

    expect(warmed).toEqual(['dear']);
    expect(cache.getOrSet('dear', () => 'not asked')).toBe('loaded dear');
  });

  it('warms nothing when the price is high, and tells of loads that fail', async () => {
    const patterns = new AccessPatternAnalyzer();
    patterns.record('next', { session: 't', loadMs: 100 });
    for (const key of ['home', 'next']) patterns.record(key);
    const onError = vi.fn<(error: unknown) => void>();
    const ahead = {
      cache: new TieredCache(),
      loadFor: () => ({ load: () => Promise.reject(new Error('down')) }),
      onError,
    };

    expect(await patterns.predictAndWarm('home', { ...ahead, priceMs: () => 100 })).toEqual([]);
    expect(await patterns.predictAndWarm('home', ahead)).toEqual(['next']);
    expect(onError).toHaveBeenCalledWith(new Error('down'));
  });

  it('refuses to remember nothing', () => {
    expect(() => new AccessPatternAnalyzer({ maxKeys: 0 })).toThrow('maxKeys must be a whole number');
  });
});

describe('RecurringTerms', () => {
  const flightsTo = (destination: string): StructuredQuery => ({
    from: 'flights',
    where: {
      and: [
        { field: 'destination', operator: 'eq', value: destination },
        { not: { field: 'delay', operator: 'isNull' } },
      ],
    },
  });

  it('gives answers to what recurs a longer life, and names it for warming', () => {
    const terms = new RecurringTerms({ minCount: 3, ttlMs: 1, recurringTtlMs: 2 });
    for (let i = 0; i < 3; i++) terms.observe(flightsTo('SFO'));
    terms.observe(flightsTo('XNA'));

    expect(terms.ttlMs(flightsTo('SFO'))).toBe(2);
    expect(terms.ttlMs(flightsTo('XNA'))).toBe(1);
    expect(terms.top(2).map(({ item }) => item)).toContain('["flights","destination","eq","SFO"]');
  });
});

describe('Warmer', () => {
  function listOf(name: string, more: Partial<WarmingList> = {}): WarmingList {
    return {
      name,
      priority: 'medium',
      schedule: { everyMs: 1000 },
      entries: () => [{ key: name, load: () => `warm ${name}` }],
      ...more,
    };
  }

  function warmerOf(lists: readonly WarmingList[], concurrency = 10) {
    const clock = new FakeClock();
    const cache = new TieredCache({ now: clock.now });
    const reports: WarmingReport[] = [];
    const onError = vi.fn<(error: unknown) => void>();
    const warmer = new Warmer({
      cache,
      lists,
      concurrency,
      onReport: (report) => reports.push(report),
      onError,
      now: clock.now,
      after: (ms, action) => clock.after(ms, action),
    });
    return { clock, cache, reports, onError, warmer };
  }

  it('warms lists at once by priority, and again by their schedules', async () => {
    const { clock, cache, reports, warmer } = warmerOf([
      listOf('recent', WARMING_LISTS.recent),
      listOf('popular', WARMING_LISTS.popular),
    ]);
    warmer.start();
    await clock.advanceAndSettle(0);
    expect(reports.map(({ list }) => list)).toEqual(['popular', 'recent']);
    expect(cache.getOrSet('recent', () => 'cold')).toBe('warm recent');

    await clock.advanceAndSettle(3_600_000);
    await clock.advanceAndSettle(0);
    expect(reports.map(({ list }) => list)).toEqual(['popular', 'recent', 'recent']);

    await warmer[Symbol.asyncDispose]();
    await clock.advanceAndSettle(86_400_000);
    expect(reports).toHaveLength(3);
  });

  it('warms before each instant of a calendar', async () => {
    const opening = new FakeClock().now() + 40 * 86_400_000;
    const { clock, reports, warmer } = warmerOf([
      listOf('calendar', { schedule: { instants: () => [opening], leadMs: WARMING_LISTS.calendar.leadMs } }),
    ]);
    warmer.start();

    await clock.advanceAndSettle(opening - clock.now() - 3_600_000 - 1);
    expect(reports).toEqual([]);
    await clock.advanceAndSettle(1);
    expect(reports).toHaveLength(1);
    await clock.advanceAndSettle(86_400_000);
    expect(reports).toHaveLength(1);
    await warmer[Symbol.asyncDispose]();
  });

  it('loads at most so many keys at once, counts what fails, and reads any kind of list', async () => {
    let [running, most] = [0, 0];
    const load = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => void setImmediate(resolve));
      running--;
      return 'warm';
    };
    async function* entries() {
      for (let i = 0; i < 30; i++) yield { key: `k${i}`, load };
      yield { key: 'broken', load: () => Promise.reject(new Error('down')) };
    }
    const { warmer } = warmerOf([listOf('many', { entries })], 4);

    expect(await warmer.run('many')).toMatchObject({ warmed: 30, failed: 1 });
    expect(most).toBe(4);
  });

  it('stops when its signal is aborted', async () => {
    const controller = new AbortController();
    const loaded: number[] = [];
    function* entries() {
      for (let i = 0; i < 100; i++)
        yield { key: `k${i}`, load: () => (i === 5 ? controller.abort() : undefined, loaded.push(i)) };
    }
    const { warmer } = warmerOf([listOf('many', { entries })]);

    await expect(warmer.run('many', { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    expect(loaded.length).toBeLessThan(10);
  });

  it('tells of a list that cannot be read, and goes on with the others', async () => {
    const { clock, reports, onError, warmer } = warmerOf([
      listOf('broken', {
        priority: 'high',
        entries: () => {
          throw new Error('no log');
        },
      }),
      listOf('whole'),
    ]);
    warmer.start();
    await clock.advanceAndSettle(0);

    expect(onError).toHaveBeenCalledWith(new Error('no log'));
    expect(reports.map(({ list }) => list)).toEqual(['whole']);
    await warmer[Symbol.asyncDispose]();
  });

  it('refuses lists of one name, intervals of nothing and unknown names', async () => {
    expect(() => warmerOf([listOf('a'), listOf('a')])).toThrow('two warming lists');
    expect(() => warmerOf([listOf('a', { schedule: { everyMs: 0 } })])).toThrow('everyMs');
    await expect(warmerOf([]).warmer.run('a')).rejects.toThrow('there is no warming list a');
  });
});
