import type { EntryOptions } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Held } from './held.ts';

/** The options of one call, checked and complete. */
export interface EntryRules {
  readonly ttlMs: number;
  readonly tags: readonly string[];
  readonly maxAgeMs: number | undefined;
  readonly bytes: number | undefined;
  readonly jitter: number;
  readonly graceMs: number;
  readonly staleWhileRevalidateMs: number;
  /** β of XFetch; 0 is off. */
  readonly refreshBeta: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly nullTtlMs: number | undefined;
  readonly undefinedTtlMs: number;
  readonly errorTtlMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Options of a call over those of the cache; a nonsensical one is an error that names it. */
export function entryRules(options: EntryOptions, defaults: EntryOptions): EntryRules {
  const given = { ...defaults, ...options };
  const { refreshAhead = false } = given;
  return {
    ttlMs: above0('a ttl', given.ttlMs ?? 3_600_000),
    tags: given.tags ?? [],
    maxAgeMs: given.maxAgeMs,
    bytes: given.bytes,
    jitter: share(given.jitter ?? 0),
    graceMs: atLeast0('graceMs', given.graceMs ?? 0),
    staleWhileRevalidateMs: atLeast0('staleWhileRevalidateMs', given.staleWhileRevalidateMs ?? 0),
    refreshBeta:
      typeof refreshAhead === 'number' ? atLeast0('refreshAhead', refreshAhead) : Number(refreshAhead),
    softTimeoutMs: above0('softTimeoutMs', given.softTimeoutMs ?? Infinity),
    hardTimeoutMs: above0('hardTimeoutMs', given.hardTimeoutMs ?? Infinity),
    nullTtlMs: given.nullTtlMs === undefined ? undefined : atLeast0('nullTtlMs', given.nullTtlMs),
    undefinedTtlMs: atLeast0('undefinedTtlMs', given.undefinedTtlMs ?? 0),
    errorTtlMs: atLeast0('errorTtlMs', given.errorTtlMs ?? 0),
    signal: given.signal,
  };
}

/** The life of a loaded value in ms before jitter; 0 is none. */
export function lifeOf(value: unknown, rules: EntryRules): number {
  if (value === undefined) return rules.undefinedTtlMs;
  if (value === null) return rules.nullTtlMs ?? rules.ttlMs;
  return rules.ttlMs;
}

/** Whether an entry under these rules needs more than its value and its end. */
export function needsHeld(value: unknown, rules: EntryRules, etag: string | undefined): boolean {
  return (
    value === undefined ||
    etag !== undefined ||
    rules.graceMs > 0 ||
    rules.staleWhileRevalidateMs > 0 ||
    rules.refreshBeta > 0
  );
}

/**
 * What to do with an entry now: `serve` it, serve it and `renew` it in the background, or load, with it at hand as `fallback`
 * when its grace has not ended, else as something `old` that a conditional request may confirm.
 */
export function judge(
  held: Held,
  rules: EntryRules,
  now: number,
  random: () => number,
): 'serve' | 'renew' | 'fallback' | 'old' {
  if (rules.maxAgeMs !== undefined && now - held.createdAt > rules.maxAgeMs) return 'old';
  if (now < held.freshUntil) {
    if (rules.refreshBeta === 0 || held.isError) return 'serve';
    // XFetch: as if the end were nearer by β × the load's time × an exponentially distributed number.
    const lead = held.loadMs * rules.refreshBeta * -Math.log(1 - random());
    return now + lead >= held.freshUntil ? 'renew' : 'serve';
  }
  if (held.isError) return 'old';
  if (now < held.freshUntil + rules.staleWhileRevalidateMs) return 'renew';
  return now < held.freshUntil + rules.graceMs ? 'fallback' : 'old';
}

/** A life in ms, or an error that names it. */
export function checkTtl(ttlMs: number): number {
  return above0('a ttl', ttlMs);
}

function above0(name: string, value: number): number {
  if (value > 0) return value;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be above 0 ms, got ${value}`);
}

function atLeast0(name: string, value: number): number {
  if (value >= 0) return value;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be at least 0, got ${value}`);
}

function share(value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `jitter must be from 0 to 1, got ${value}`);
}
