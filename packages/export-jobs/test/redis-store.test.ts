import type { JobChange, JobCondition, JobRecord, JobState } from '@perf/contracts';
import type { BullConnection } from '@perf/export-jobs';
import { memoryJobStore, redisJobStore } from '@perf/export-jobs';
import * as fc from 'fast-check';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import golden from './golden/job-record-v1.json' with { type: 'json' };
import { onBoth, ownPrefix } from './redis-adapters.ts';

const STATES: readonly JobState[] = ['pending', 'running', 'paused', 'completed', 'failed'];

function recordOf(id: string, createdAt: number, owner = 'ada'): JobRecord {
  const request = { source: { name: 's', params: { list: [], 'ü"\u0000': 1e300 } }, format: 'csv', owner };
  return { version: 1, id, request, state: 'pending', epoch: 0, attempts: 0, stalls: 0, createdAt };
}

/** A connection that is lost after every script: what was sent is sent again. */
function sentTwice(client: Redis | Cluster): BullConnection {
  return {
    options: {},
    call: async (command, ...words) => {
      if (command === 'eval') await client.call(command, ...words);
      return client.call(command, ...words);
    },
    connect: async () => undefined,
    disconnect: () => undefined,
    duplicate: () => client,
    subscribe: async () => undefined,
    on: () => undefined,
  };
}

const state = fc.constantFrom(...STATES);
const id = fc.constantFrom('a', 'b', 'c');
const change: fc.Arbitrary<JobChange> = fc.record(
  {
    state,
    attempts: fc.nat(5),
    wish: fc.constantFrom('cancel' as const, 'pause' as const, undefined),
    expiresAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    error: fc.option(fc.record({ code: fc.string(), message: fc.string({ unit: 'binary' }) }), {
      nil: undefined,
    }),
  },
  { requiredKeys: [] },
);
const condition: fc.Arbitrary<JobCondition> = fc.record(
  {
    states: fc.uniqueArray(state, { maxLength: 4 }),
    epoch: fc.nat(3),
    wishIsNot: fc.constantFrom('cancel' as const, 'pause' as const),
  },
  { requiredKeys: [] },
);
const step = fc.oneof(
  fc.record({
    call: fc.constant('create' as const),
    id,
    at: fc.nat(9),
    owner: fc.constantFrom('ada', 'bob'),
  }),
  fc.record({ call: fc.constantFrom('update' as const, 'take' as const), id, change, condition }),
  fc.record({ call: fc.constantFrom('remove' as const, 'get' as const), id }),
  fc.record({ call: fc.constant('expiredBefore' as const), at: fc.nat(10) }),
);

onBoth('a store of records', (open) => {
  let client: Redis | Cluster | undefined;
  beforeAll(async () => {
    client = await open();
  });
  afterAll(() => client?.disconnect());
  const opened = (): Redis | Cluster => {
    if (client === undefined) throw new Error('the client is open only while tests run');
    return client;
  };

  it('does what the store in memory does', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const stores = [memoryJobStore(), redisJobStore(opened(), { prefix: ownPrefix() })];
        for (const [i, next] of steps.entries()) {
          const [wanted, given] = await Promise.all(
            stores.map(async (store) => {
              switch (next.call) {
                case 'create':
                  return store
                    .create(recordOf(next.id, next.at * 100 + i, next.owner))
                    .catch((error: Error) => error.message);
                case 'update':
                case 'take':
                  return store[next.call](next.id, next.change, next.condition);
                case 'remove':
                case 'get':
                  return store[next.call](next.id);
                case 'expiredBefore':
                  return (await store.expiredBefore(next.at, 10)).toSorted();
              }
            }),
          );
          expect(given).toEqual(wanted);
        }
        const [wanted, given] = await Promise.all(
          stores.map(async (store) => [
            await store.list('ada', { limit: 10 }),
            await store.list('ada', { limit: 1, before: 500 }),
            await store.count('ada', 500),
            await store.count('bob', -1),
          ]),
        );
        expect(given).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('does each step once, though a client sends it again when the connection was lost', async () => {
    const store = redisJobStore(sentTwice(opened()), { prefix: ownPrefix() });

    await store.create(recordOf('a', 1));
    const taken = await store.take('a', { state: 'running', lease: 'k' }, { epoch: 0, states: ['pending'] });
    const settled = await store.update('a', { state: 'completed' }, { epoch: 1, states: ['running'] });

    expect(taken).toMatchObject({ state: 'running', epoch: 1 });
    expect(settled).toMatchObject({ state: 'completed', epoch: 1 });
    expect(await store.take('a', {}, { epoch: 0 })).toBeUndefined();
    await expect(store.create(recordOf('a', 1))).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it.each(golden.records)(
    'reads and writes what version 1 has written: $name',
    async ({ fields, record }) => {
      const prefix = ownPrefix();
      const store = redisJobStore(opened(), { prefix });
      const key = `{${prefix}}:jobs:record:${record.id}`;
      await opened().hset(key, fields);

      const read = await store.get(record.id);
      if (read === undefined) throw new Error('the record is not found');
      await opened().del(key);
      await store.create(read);
      const { '~made': token, ...written } = await opened().hgetall(key);

      expect(read).toEqual(record);
      expect(written).toEqual(
        Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('~'))),
      );
      expect(token).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('says so when a record cannot be read', async () => {
    const prefix = ownPrefix();
    const store = redisJobStore(opened(), { prefix });
    await opened().hset(`{${prefix}}:jobs:record:a`, { state: '"pending"' });
    await opened().hset(`{${prefix}}:jobs:record:b`, { state: 'pending' });

    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    await expect(store.get('b')).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });

  it('refuses a prefix with a hash tag of its own', () => {
    expect(() => redisJobStore(opened(), { prefix: '{a}' })).toThrow(/without braces/);
  });
});
