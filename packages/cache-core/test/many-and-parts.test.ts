import { TieredCache } from '@perf/cache-core';
import { describe, expect, it, vi } from 'vitest';

type Keys = readonly string[];

/** A batch load that gives each key in capitals, and notes what it was asked. */
function capitals() {
  const asked: Keys[] = [];
  const load = async (keys: Keys): Promise<Map<string, string>> => {
    asked.push(keys);
    return new Map(keys.map((key) => [key, key.toUpperCase()]));
  };
  return { asked, load };
}

describe('getManyOrSet', () => {
  it('loads what is missing in one call, and only that', async () => {
    const cache = new TieredCache();
    const { asked, load } = capitals();
    await cache.getOrSet('b', () => 'kept');

    const values = await cache.getManyOrSet(['a', 'b', 'c', 'a'], load);

    expect([...values]).toEqual([
      ['a', 'A'],
      ['b', 'kept'],
      ['c', 'C'],
    ]);
    expect(asked).toEqual([['a', 'c']]);
    expect(cache.getOrSet('c', () => 'not asked')).toBe('C');
  });

  it('joins loads that run', async () => {
    const cache = new TieredCache();
    const { asked, load } = capitals();
    const single = Promise.withResolvers<string>();
    const running = cache.getOrSet('a', () => single.promise);

    const many = cache.getManyOrSet(['a', 'b'], load);
    single.resolve('single');

    expect((await many).get('a')).toBe('single');
    expect(await running).toBe('single');
    expect(asked).toEqual([['b']]);
  });

  it('gives undefined for what the load leaves out, and keeps nothing of it', async () => {
    const cache = new TieredCache();
    const load = vi.fn<() => Promise<Map<string, string>>>(async () => new Map());

    expect([...(await cache.getManyOrSet(['a'], load))]).toEqual([['a', undefined]]);
    await cache.getManyOrSet(['a'], load);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('rejects with the error of the load, and keeps nothing', async () => {
    const cache = new TieredCache();
    const { load } = capitals();

    await expect(cache.getManyOrSet(['a', 'b'], () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    );
    expect((await cache.getManyOrSet(['a', 'b'], load)).get('b')).toBe('B');
  });

  it('does not keep what was invalidated during the load', async () => {
    const cache = new TieredCache();
    const source = Promise.withResolvers<Map<string, number>>();
    const many = cache.getManyOrSet(['a', 'b'], () => source.promise);

    await cache.delete('a');
    source.resolve(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    );
    await many;

    expect(cache.getOrSet('a', () => 2)).toBe(2);
    expect(cache.getOrSet('b', () => 2)).toBe(1);
  });

  it('answers no keys at all without a load', async () => {
    const cache = new TieredCache();

    expect((await cache.getManyOrSet([], () => expect.unreachable())).size).toBe(0);
  });
});

describe('getMany', () => {
  it('gives what is kept, with all that is known of it', async () => {
    const cache = new TieredCache();
    await cache.set('a', 1, { tags: ['t'] });

    const found = await cache.getMany<number>(['a', 'b']);

    expect([...found.keys()]).toEqual(['a']);
    expect(found.get('a')).toMatchObject({ value: 1, state: 'fresh', tier: 'memory', tags: ['t'] });
  });
});

describe('namespace', () => {
  it('has keys of its own and is cleared alone', async () => {
    const cache = new TieredCache();
    const [users, routes] = [cache.namespace('users'), cache.namespace('routes')];
    await users.set('1', 'Ada');
    await routes.set('1', 'SFO–DEN');
    await cache.set('1', 'root');

    await users.clear();

    expect(await users.get('1')).toBeUndefined();
    expect((await routes.get('1'))?.value).toBe('SFO–DEN');
    expect((await cache.get('1'))?.value).toBe('root');
  });

  it('does not keep a load that it was cleared under', async () => {
    const users = new TieredCache().namespace('users');
    const source = Promise.withResolvers<string>();
    const waiting = users.getOrSet('1', () => source.promise);

    await users.clear();
    source.resolve('old');

    expect(await waiting).toBe('old');
    expect(users.getOrSet('1', () => 'new')).toBe('new');
  });

  it('drops what begins with a prefix, and nothing of a namespace with a longer name', async () => {
    const cache = new TieredCache();
    const [test, test2] = [cache.namespace('test'), cache.namespace('test2')];
    await test.set('facts:a:1', 1);
    await test.set('facts:b:1', 1);
    await test2.set('facts:a:1', 1);

    await test.invalidatePrefix('facts:a:');

    expect(await test.get('facts:a:1')).toBeUndefined();
    expect(await test.get('facts:b:1')).toBeDefined();
    expect(await test2.get('facts:a:1')).toBeDefined();
  });

  it.each(['', 'a:b', 'a b', 'x'.repeat(65)])('refuses the name %o', (name) => {
    expect(() => new TieredCache().namespace(name)).toThrow('a namespace must be');
  });
});

describe('invalidatePrefix', () => {
  it('stops loads of its keys from being kept', async () => {
    const cache = new TieredCache();
    const source = Promise.withResolvers<number>();
    const waiting = cache.getOrSet('facts:a', () => source.promise);

    await cache.invalidatePrefix('facts:');
    source.resolve(1);
    await waiting;

    expect(cache.getOrSet('facts:a', () => 2)).toBe(2);
  });

  it('refuses a prefix of more than 100 characters', async () => {
    await expect(new TieredCache().invalidatePrefix('x'.repeat(101))).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
