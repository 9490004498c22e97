import { channels } from '@perf/contracts';
import type { Lease, PoolOptions } from '@perf/resilience';
import { Pool, poolProfiles } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { failureOf } from './failure-of.ts';
import { settle } from './settle.ts';

interface Connection {
  readonly id: number;
  isBroken: boolean;
}

/** A house of connections that fails as told and watches that nothing impossible happens to it. */
class House {
  readonly clock = new FakeClock();
  readonly live = new Set<Connection>();
  most = 0;
  opening = 0;
  opened = 0;
  failing = false;
  openMs = 0;
  closeFails = false;

  readonly open = async (signal: AbortSignal): Promise<Connection> => {
    this.opening += 1;
    this.#look();
    const { failing } = this;
    try {
      if (this.openMs > 0) await this.clock.sleep(this.openMs, signal);
      if (failing) throw new Error('planted: no connection');
      const connection = { id: ++this.opened, isBroken: false };
      this.live.add(connection);
      return connection;
    } finally {
      this.opening -= 1;
      this.#look();
    }
  };

  readonly close = async (connection: Connection): Promise<void> => {
    await Promise.resolve();
    if (!this.live.delete(connection)) throw new Error(`connection ${connection.id} was closed twice`);
    if (this.closeFails) throw new Error('planted: not closed');
  };

  pool(options: Partial<PoolOptions<Connection>> = {}): Pool<Connection> {
    const { clock, open, close } = this;
    const after: PoolOptions<Connection>['after'] = (ms, action) => clock.after(ms, action);
    return new Pool({ open, close, now: clock.monotonic, after, ...options });
  }

  #look(): void {
    this.most = Math.max(this.most, this.live.size + this.opening);
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), at: fc.nat(5) }) },
  fc.record({ kind: fc.constant('destroy' as const), at: fc.nat(5) }),
  fc.record({ kind: fc.constant('abort' as const), at: fc.nat(30) }),
  fc.record({ kind: fc.constant('break' as const), at: fc.nat(5) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(2000) }),
  fc.record({ kind: fc.constant('house' as const), failing: fc.boolean(), openMs: fc.nat(1500) }),
);
const size = fc.record({
  min: fc.nat(2),
  max: fc.integer({ min: 2, max: 4 }),
  overflow: fc.nat(2),
  waitMs: fc.constant(1000),
  maxLifetimeMs: fc.constant(3000),
  idleMs: fc.constant(700),
});

describe('Pool', () => {
  it('never holds too many, never lends one twice, and answers every caller', async () => {
    const run = fc.asyncProperty(
      size,
      fc.boolean(),
      fc.array(step, { maxLength: 60 }),
      async (sizes, checks, steps) => {
        const house = new House();
        const isValid = async (connection: Connection): Promise<boolean> => {
          await Promise.resolve();
          return !connection.isBroken;
        };
        const pool = house.pool({ ...sizes, ...(checks ? { isValid } : {}) });
        const lent: Lease<Connection>[] = [];
        const callers: AbortController[] = [];
        const codes: unknown[] = [];
        let settledCallers = 0;
        const acquire = async (signal: AbortSignal): Promise<void> => {
          try {
            const lease = await pool.acquire({ signal });
            expect(lent.some(({ resource }) => resource === lease.resource)).toBe(false);
            expect(house.live.has(lease.resource)).toBe(true);
            expect(checks && lease.resource.isBroken).toBe(false);
            lent.push(lease);
          } catch (error) {
            codes.push(error instanceof Error && 'code' in error ? error.code : error);
          }
          settledCallers += 1;
        };
        for (const one of steps) {
          if (one.kind === 'acquire') {
            callers.push(new AbortController());
            void acquire(callers.at(-1)?.signal ?? AbortSignal.abort());
          }
          if (one.kind === 'release') lent.splice(one.at, 1)[0]?.release();
          if (one.kind === 'destroy') lent.splice(one.at, 1)[0]?.destroy();
          if (one.kind === 'abort') callers[one.at]?.abort();
          if (one.kind === 'break' && lent[one.at] !== undefined)
            Object.assign(lent[one.at]?.resource ?? {}, { isBroken: true });
          if (one.kind === 'advance') house.clock.advance(one.ms);
          if (one.kind === 'house') Object.assign(house, { failing: one.failing, openMs: one.openMs });
          await settle();
          const { open, active, idle, waiting } = pool.statistics;
          expect(active).toBe(lent.length);
          expect(open).toBeLessThanOrEqual(sizes.max + sizes.overflow);
          expect(house.live.size + house.opening).toBe(open);
          expect(
            waiting === 0 || open === sizes.max + sizes.overflow || house.opening > 0 || idle === 0,
          ).toBe(true);
        }
        await house.clock.advanceAndSettle(1000);
        await house.clock.advanceAndSettle(1000);

        expect(settledCallers).toBe(callers.length);
        expect(house.most).toBeLessThanOrEqual(sizes.max + sizes.overflow);
        const known = new Set(['ERR_PERF_ABORTED', 'ERR_PERF_TIMEOUT', 'ERR_PERF_OPEN_FAILED']);
        expect(codes.filter((code) => !known.has(String(code)))).toEqual([]);
        for (const lease of lent) lease.release();
        await pool[Symbol.asyncDispose]();
        expect([house.live.size, house.opening, pool.statistics.open]).toEqual([0, 0, 0]);
      },
    );

    await fc.assert(run, { numRuns: 300 });
  });

  it('serves callers in order of arrival', async () => {
    const pool = new House().pool({ max: 1 });
    const served: number[] = [];

    await Promise.all([0, 1, 2, 3].map((i) => pool.use(() => void served.push(i))));

    expect(served).toEqual([0, 1, 2, 3]);
    expect(pool.statistics).toMatchObject({ acquisitions: 4, reused: 3, reuseShare: 0.75, opened: 1 });
  });

  it('gives the resource back once, however often the lease ends', async () => {
    const pool = new House().pool({ max: 2 });
    const lease = await pool.acquire();

    lease.release();
    lease.destroy();
    lease[Symbol.dispose]();

    expect(pool.statistics).toMatchObject({ open: 1, active: 0, idle: 1, broken: 0 });
  });

  it('closes what failing work broke, and keeps what it did not', async () => {
    const pool = new House().pool({ isBroken: (error) => String(error).includes('socket') });
    const use = (text: string): Promise<void> =>
      pool.use(() => {
        throw new Error(text);
      });

    await expect(use('no such table')).rejects.toThrow('no such table');
    expect(pool.statistics).toMatchObject({ idle: 1, broken: 0 });
    await expect(use('socket closed')).rejects.toThrow('socket closed');
    await settle();
    expect(pool.statistics).toMatchObject({ open: 0, idle: 0, broken: 1, closed: 1 });
  });

  it('replaces what is no longer valid, also when the check throws', async () => {
    const house = new House();
    const isValid = (connection: Connection): boolean => {
      if (connection.id === 1) throw new Error('planted: reset');
      return !connection.isBroken;
    };
    const pool = house.pool({ isValid });
    const ids: number[] = [];
    for (let i = 0; i < 4; i++) {
      await pool.use((connection) => {
        ids.push(connection.id);
        connection.isBroken = connection.id === 2;
      });
    }

    expect(ids).toEqual([1, 2, 3, 3]);
    expect(pool.statistics).toMatchObject({ broken: 2, reused: 1 });
  });

  it('checks what comes back before the next in line gets it', async () => {
    const house = new House();
    const pool = house.pool({ max: 1, isValid: ({ isBroken }) => !isBroken });
    const lease = await pool.acquire();
    const next = pool.use(({ id }) => id);
    Object.assign(lease.resource, { isBroken: true });

    lease.release();

    await expect(next).resolves.toBe(2);
  });

  it('does not wait for the end of what is no longer valid while there is room', async () => {
    const house = new House();
    const pool = house.pool({ max: 2, isValid: () => false, close: () => new Promise(() => undefined) });
    await pool.use(() => undefined);

    await expect(pool.use(({ id }) => id)).resolves.toBe(2);
  });

  it('opens again for who waits when an opening failed', async () => {
    const house = new House();
    house.failing = true;
    const pool = house.pool({ max: 1 });
    const first = pool.acquire();
    const second = pool.use(({ id }) => id);
    house.failing = false;

    await expect(first).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
      cause: new Error('planted: no connection'),
    });
    await expect(second).resolves.toBe(1);
  });

  it('closes what is too old, and what is idle for too long down to min', async () => {
    const house = new House();
    const pool = house.pool({ min: 1, max: 3, idleMs: 1000, maxLifetimeMs: 5000 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();

    await house.clock.advanceAndSettle(1000);
    expect(pool.statistics).toMatchObject({ open: 1, idle: 1 });
    await house.clock.advanceAndSettle(4000);
    await pool.use((connection) => expect(connection.id).toBe(4));
  });

  it('opens min ahead, and beyond max only for as long as they are used', async () => {
    const house = new House();
    const pool = house.pool({ ...poolProfiles.small, min: 2, max: 2, overflow: 1 });

    await pool.warm();
    expect(pool.statistics).toMatchObject({ open: 2, idle: 2 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    expect(pool.statistics.open).toBe(3);
    for (const lease of leases) lease.release();
    await settle();

    expect(pool.statistics).toMatchObject({ open: 2, idle: 2 });
  });

  it('goes on after openings that hang: their places are free again after waitMs', async () => {
    const house = new House();
    const pool = house.pool({ max: 1, waitMs: 1000 });
    house.openMs = 1e9;
    const first = failureOf(pool.acquire());
    await house.clock.advanceAndSettle(1000);
    await expect(first).resolves.toMatchObject({ code: 'ERR_PERF_TIMEOUT' });

    house.openMs = 0;

    await expect(pool.use(({ id }) => id)).resolves.toBe(1);
  });

  it('closes a resource that arrives too late', async () => {
    const house = new House();
    const late = Promise.withResolvers<Connection>();
    const pool = house.pool({ max: 1, waitMs: 1000, open: () => late.promise });
    const first = failureOf(pool.acquire());
    await house.clock.advanceAndSettle(1000);
    await expect(first).resolves.toMatchObject({ code: 'ERR_PERF_TIMEOUT' });

    late.resolve(await house.open(new AbortController().signal));
    await settle();

    expect(house.live.size).toBe(0);
  });

  it('tells when a resource could not be closed, and frees its place', async () => {
    const house = new House();
    house.closeFails = true;
    const errors: unknown[] = [];
    const pool = house.pool({ max: 1, onCloseError: (error) => void errors.push(error) });
    const lease = await pool.acquire();

    lease.destroy();

    await expect(pool.use(({ id }) => id)).resolves.toBe(2);
    expect(errors.map(String)).toEqual(['Error: planted: not closed']);
  });

  it('when disposed, sends waiting callers away, waits for loans, and lends no more', async () => {
    const house = new House();
    const pool = house.pool({ max: 1 });
    const lease = await pool.acquire();
    const waiting = pool.acquire();

    const disposal = pool[Symbol.asyncDispose]();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
    lease.release();
    await disposal;
    await pool[Symbol.asyncDispose]();

    expect(house.live.size).toBe(0);
  });

  it('publishes what it holds on perf:pool', async () => {
    const messages: unknown[] = [];
    const listen = (message: unknown): void => void messages.push(message);
    subscribe(channels.pool, listen);
    try {
      await new House().pool({ name: 'orders' }).use(() => undefined);
    } finally {
      unsubscribe(channels.pool, listen);
    }

    expect(messages).toEqual([
      { pool: 'orders', active: 1, idle: 0, waiting: 0, max: 10 },
      { pool: 'orders', active: 0, idle: 1, waiting: 0, max: 10 },
    ]);
  });

  it.each([
    { max: 0 },
    { min: 3, max: 2 },
    { overflow: -1 },
    { waitMs: 0 },
    { waitMs: Number.NaN },
    { maxLifetimeMs: -5 },
    { idleMs: Number.NaN },
  ])('refuses %o', (options) => {
    expect(() => new House().pool(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
