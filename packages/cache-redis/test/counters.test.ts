import { startOutageRedis } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { expect, it } from 'vitest';
import { openRedis, ownPrefix, storeOver } from './clients.ts';
import { onBoth } from './shared-servers.ts';

onBoth('a counter', (client) => {
  it('begins at the time of the server in µs and stays until it is raised', async () => {
    await using store = storeOver(client());
    const before = (Date.now() - 1000) * 1000;

    const [first = 0] = await store.generations(['tag']);
    const again = await store.generations(['tag', 'other', 'tag']);

    expect(first).toBeGreaterThan(before);
    expect(first).toBeLessThan(Number.MAX_SAFE_INTEGER);
    expect([again[0], again[2]]).toEqual([first, first]);
    expect(again[1]).not.toBe(first);
  });

  it('grows with every raise, of many processes at once', async () => {
    await using store = storeOver(client());
    const [first = 0] = await store.generations(['tag']);

    const raised = (await Promise.all(Array.from({ length: 50 }, () => store.bump(['tag'])))).flat();

    expect(new Set([first, ...raised]).size).toBe(51);
    expect(Math.min(...raised)).toBeGreaterThan(first);
    expect(await store.generations(['tag'])).toEqual([Math.max(...raised)]);
  });

  it('grows when the clock of the server was set back', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const ahead = (Date.now() + 3_600_000) * 1000;
    await client().set(`${prefix}c:tag`, String(ahead));

    expect(await store.bump(['tag'])).toEqual([ahead + 1]);
  });

  it.each(['not a number', '-5', '1e300', 'nan', '1.5', ''])(
    'begins anew when somebody wrote %o into it',
    async (text) => {
      const prefix = ownPrefix();
      await using store = storeOver(client(), { prefix });
      await client().set(`${prefix}c:tag`, text);

      const [number = 0] = await store.generations(['tag']);

      expect(number).toBeGreaterThan((Date.now() - 60_000) * 1000);
      expect(await store.generations(['tag'])).toEqual([number]);
    },
  );

  it('begins anew when it is no text', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    await client().lpush(`${prefix}c:tag`, 'x');

    expect(await store.bump(['tag'])).toEqual(await store.generations(['tag']));
  });

  it('has no end of life and outlives a clear', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const numbers = await store.generations(['tag']);

    await store.clear('');

    expect(await store.generations(['tag'])).toEqual(numbers);
    expect(await client().ttl(`${prefix}c:tag`)).toBe(-1);
  });

  it('takes any name, and none', async () => {
    await using store = storeOver(client());

    const numbers = await store.generations(['', '{a}', '}{', '%', '\uD83D', 'c:']);

    expect(new Set(numbers).size).toBeGreaterThan(0);
    expect(await store.bump([])).toEqual([]);
    expect(await store.generations([])).toEqual([]);
  });
});

describeWith('redis', 'a counter that was lost', () => {
  it('never gets a number again that it had', async () => {
    await using server = await startOutageRedis();
    const client = await openRedis(server.url);
    await using store = storeOver(client);
    const names = ['read first', 'raised first'];
    const seen = [
      ...(await store.generations(names)),
      ...(await store.bump(names)),
      ...(await store.bump(names)),
    ];

    await client.flushall();
    const after = [
      ...(await store.generations(['read first'])),
      ...(await store.bump(['raised first'])),
      ...(await store.bump(names)),
    ];

    expect(Math.min(...after)).toBeGreaterThan(Math.max(...seen));
    client.disconnect();
  });
});
