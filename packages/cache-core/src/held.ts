import type { CachedResult } from '@perf/contracts';

/** A value in memory with rules of its own beside its ttl. Plain values are held as they are: a hit on them looks at nothing. */
export class Held {
  /** The value, or the error of a load that failed. */
  readonly value: unknown;
  readonly isError: boolean;
  readonly createdAt: number;
  /** Epoch ms at which its ttl ends. */
  readonly freshUntil: number;
  readonly expiresAt: number;
  readonly loadMs: number;
  readonly etag: string | undefined;

  constructor(entry: {
    readonly value: unknown;
    readonly isError?: boolean;
    readonly createdAt: number;
    readonly freshUntil: number;
    readonly expiresAt: number;
    readonly loadMs: number;
    readonly etag: string | undefined;
  }) {
    this.value = entry.value;
    this.isError = entry.isError ?? false;
    this.createdAt = entry.createdAt;
    this.freshUntil = entry.freshUntil;
    this.expiresAt = entry.expiresAt;
    this.loadMs = entry.loadMs;
    this.etag = entry.etag;
  }

  /** As a load that may use it gets it. */
  asResult(tier: string): CachedResult<unknown> {
    const { value, createdAt, freshUntil } = this;
    return { value, createdAt, expiresAt: freshUntil, state: 'stale', tier, tags: [] };
  }
}
