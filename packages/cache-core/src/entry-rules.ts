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
  const refreshAhead = options.refreshAhead ?? defaults.refreshAhead ?? false;
  const nullTtlMs = options.nullTtlMs ?? defaults.nullTtlMs;
  return {
    ttlMs: above0('a ttl', options.ttlMs ?? defaults.ttlMs ?? 3_600_000),
    tags: options.tags ?? defaults.tags ?? [],
    maxAgeMs: options.maxAgeMs ?? defaults.maxAgeMs,
    bytes: options.bytes ?? defaults.bytes,
    jitter: share(options.jitter ?? defaults.jitter ?? 0),
    graceMs: atLeast0('graceMs', options.graceMs ?? defaults.graceMs ?? 0),
    staleWhileRevalidateMs: atLeast0(
      'staleWhileRevalidateMs',
      options.staleWhileRevalidateMs ?? defaults.staleWhileRevalidateMs ?? 0,
    ),
    refreshBeta: atLeast0('refreshAhead', Number(refreshAhead)),
    softTimeoutMs: above0('softTimeoutMs', options.softTimeoutMs ?? defaults.softTimeoutMs ?? Infinity),
    hardTimeoutMs: above0('hardTimeoutMs', options.hardTimeoutMs ?? defaults.hardTimeoutMs ?? Infinity),
    nullTtlMs: nullTtlMs === undefined ? undefined : atLeast0('nullTtlMs', nullTtlMs),
    undefinedTtlMs: atLeast0('undefinedTtlMs', options.undefinedTtlMs ?? defaults.undefinedTtlMs ?? 0),
    errorTtlMs: atLeast0('errorTtlMs', options.errorTtlMs ?? defaults.errorTtlMs ?? 0),
    signal: options.signal,
  };
}

/** The life of a loaded value in ms before jitter; 0 is none. */
function lifeOf(value: unknown, rules: EntryRules): number {
  if (value === undefined) return rules.undefinedTtlMs;
  if (value === null) return rules.nullTtlMs ?? rules.ttlMs;
  return rules.ttlMs;
}

/** When an entry ends, as instants. */
export interface EntryEnd {
  /** It is served without a word until then. */
  readonly freshUntil: number;
  /** It is kept until then, for callers that may have it stale. */
  readonly expiresAt: number;
}

/** When a value that is kept from `now` on ends; undefined when it is not kept. @param maxTtlMs what its privacy allows */
export function endOf(
  value: unknown,
  rules: EntryRules,
  maxTtlMs: number,
  { now, random }: { readonly now: number; readonly random: () => number },
): EntryEnd | undefined {
  const life = Math.min(lifeOf(value, rules), maxTtlMs);
  if (life <= 0) return undefined;
  const freshUntil = now + life * (1 - rules.jitter * random());
  const more = Math.max(rules.graceMs, rules.staleWhileRevalidateMs);
  return { freshUntil, expiresAt: freshUntil + Math.min(more, maxTtlMs) };
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
  held: Pick<Held, 'createdAt' | 'freshUntil' | 'loadMs'> & { readonly isError?: boolean },
  rules: EntryRules,
  now: number,
  random: () => number,
): 'serve' | 'renew' | 'fallback' | 'old' {
  if (rules.maxAgeMs !== undefined && now - held.createdAt > rules.maxAgeMs) return 'old';
  if (now < held.freshUntil) {
    if (rules.refreshBeta === 0 || held.isError === true) return 'serve';
    // XFetch: as if the end were nearer by β × the load's time × an exponentially distributed number.
    const lead = held.loadMs * rules.refreshBeta * -Math.log(1 - random());
    return now + lead >= held.freshUntil ? 'renew' : 'serve';
  }
  if (held.isError === true) return 'old';
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
