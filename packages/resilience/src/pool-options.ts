import { checkCount, checkNumber } from './check-number.ts';
import type { TimeSource } from './timer.ts';

/** How big a pool is and how long things last in it. */
export interface PoolSize {
  /** Resources that stay open when nobody uses them, once they were opened. @default 0 */
  readonly min?: number;
  /** Resources kept. @default 10 */
  readonly max?: number;
  /** Resources beyond `max` that are opened when all are in use, and closed after use. @default 0 */
  readonly overflow?: number;
  /** Longest that a caller waits, and longest that opening, checking and closing may take. @default 30,000 ms */
  readonly waitMs?: number;
  /** A resource older than this is closed instead of lent. @default 3,600,000 ms */
  readonly maxLifetimeMs?: number;
  /** A resource beyond `min` that nobody used for this long is closed. @default 60,000 ms */
  readonly idleMs?: number;
}

/** What a pool holds and how it treats it. */
export interface PoolOptions<T> extends PoolSize, TimeSource {
  /** What is pooled, for errors and the channel `perf:pool`. @default 'pool' */
  readonly name?: string;
  /** Opens a resource. `signal` is aborted when nobody will take it: after `waitMs`, or when the pool is disposed. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Closes a resource. What it throws is given to `onCloseError`. */
  readonly close: (resource: T) => void | Promise<void>;
  /** Asked before each loan of a resource that was used before; one that is not valid, or whose check fails, is closed. @default always */
  readonly isValid?: (resource: T) => boolean | Promise<boolean>;
  /** Whether what `use` ran broke its resource by failing with this error. @default always */
  readonly isBroken?: (error: unknown) => boolean;
  /** Told when a resource could not be closed. @default nobody */
  readonly onCloseError?: (error: unknown) => void;
}

/** Sizes to begin with. */
export const poolProfiles: {
  /** A service that uses three kinds of things. */
  readonly service: Readonly<Record<'database' | 'redis' | 'http', PoolSize>>;
  /** A process that lives by its database. */
  readonly database: PoolSize;
  /** Little load with short peaks. */
  readonly small: PoolSize;
} = {
  service: {
    database: { max: 20, waitMs: 30_000 },
    redis: { max: 10, waitMs: 30_000 },
    http: { max: 100, waitMs: 30_000 },
  },
  database: { min: 10, max: 100, waitMs: 30_000, maxLifetimeMs: 3_600_000 },
  small: { max: 10, overflow: 20, waitMs: 30_000 },
};

/** Fills in the defaults. Throws `ERR_PERF_INVALID_OPTION` for numbers that make no sense. */
export function checkPoolSize(size: PoolSize): Required<PoolSize> {
  const max = checkCount('max', size.max ?? 10, 1);
  return {
    max,
    min: checkNumber('min', checkCount('min', size.min ?? 0, 0), { atMost: max }),
    overflow: checkCount('overflow', size.overflow ?? 0, 0),
    waitMs: checkNumber('waitMs', size.waitMs ?? 30_000, { above: 0, orInfinite: true }),
    maxLifetimeMs: checkNumber('maxLifetimeMs', size.maxLifetimeMs ?? 3_600_000, {
      above: 0,
      orInfinite: true,
    }),
    idleMs: checkNumber('idleMs', size.idleMs ?? 60_000, { above: 0, orInfinite: true }),
  };
}
