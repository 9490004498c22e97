import { checkCount, checkNumber } from './check-number.ts';
import { realNow } from './timer.ts';

/** How much each owner may do. */
export interface RateLimitOptions {
  /** Tokens an owner gets a second, above 0. */
  readonly perSecond: number;
  /** Tokens an owner can save up, and has at first. @default one second's, at least 1 */
  readonly burst?: number;
  /** Owners remembered, about 100 bytes each. Owners beyond share one allowance until a remembered one is at rest. @default 10,000 */
  readonly maxOwners?: number;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
}

/** Whether an owner may go on. `remaining`: tokens left. `retryAfterMs`: when what was asked for is there, `Infinity` for never. */
export type RateVerdict =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/**
 * A token bucket for each owner (a user, a key, an address), in bounded memory: one number an owner, the time at which its bucket is
 * full again (the generic cell rate algorithm, ITU-T I.371). An owner whose bucket is full is forgotten without loss; no owner can get
 * a new bucket by pushing others out.
 *
 * @example
 * const verdict = new RateLimit({ perSecond: 10 }).take(userId);
 * if (!verdict.allowed) reply.header('Retry-After', Math.ceil(verdict.retryAfterMs / 1000)).status(429);
 */
export class RateLimit {
  readonly #tokenMs: number;
  readonly #burst: number;
  readonly #maxOwners: number;
  readonly #now: () => number;
  /** When each bucket is full again, least recently used first. */
  readonly #fullAt = new Map<string, number>();
  #othersFullAt = 0;

  constructor({ perSecond, burst, maxOwners = 10_000, now = realNow }: RateLimitOptions) {
    this.#tokenMs = 1000 / checkNumber('perSecond', perSecond, { above: 0 });
    this.#burst = checkNumber('burst', burst ?? Math.max(1, perSecond), { atLeast: 1 });
    this.#maxOwners = checkCount('maxOwners', maxOwners, 1);
    this.#now = now;
  }

  /** Owners remembered now. */
  get owners(): number {
    return this.#fullAt.size;
  }

  /** Takes `cost` tokens of an owner, or none and says when to come again. A cost of 0 asks without taking. */
  take(owner: string, cost = 1): RateVerdict {
    checkNumber('cost', cost, { atLeast: 0 });
    const now = this.#now();
    const isOwn = this.#fullAt.has(owner) || this.#hasRoom(now);
    const fullAt = Math.max(now, isOwn ? (this.#fullAt.get(owner) ?? now) : this.#othersFullAt);
    const next = fullAt + cost * this.#tokenMs;
    // Rounding must not hold back the last token.
    const lateMs = next - now - (this.#burst + 1e-9) * this.#tokenMs;
    if (lateMs > 0) return { allowed: false, retryAfterMs: cost > this.#burst ? Infinity : lateMs };
    if (isOwn && next > now) this.#remember(owner, next);
    else if (!isOwn) this.#othersFullAt = next;
    return { allowed: true, remaining: Math.max(0, this.#burst - (next - now) / this.#tokenMs) };
  }

  #remember(owner: string, fullAt: number): void {
    this.#fullAt.delete(owner);
    this.#fullAt.set(owner, fullAt);
  }

  /** Whether one more owner fits, after forgetting the eldest if its bucket is full. */
  #hasRoom(now: number): boolean {
    if (this.#fullAt.size < this.#maxOwners) return true;
    const [eldest] = this.#fullAt;
    return eldest !== undefined && eldest[1] <= now && this.#fullAt.delete(eldest[0]);
  }
}
