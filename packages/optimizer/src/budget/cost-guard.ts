import { PerfError } from '@perf/contracts';
import { Approvals } from './approval.ts';
import type { CostLimits } from './cost-limits.ts';
import { COST_LIMITS } from './cost-limits.ts';
import { RollingMean } from './rolling-mean.ts';

/** How a guard judges. */
export interface CostGuardOptions {
  /** At least 16 bytes; makes and checks approval tokens. @default none: nothing can be approved */
  readonly secret?: string | Uint8Array;
  /** By resource. @default COST_LIMITS */
  readonly limits?: Readonly<Record<string, CostLimits>>;
  /** Time over which means are taken, in ms. @default one day */
  readonly windowMs?: number;
  /** Queries of a caller from which a mean is judged: the first ones have none. @default 10 */
  readonly leastQueries?: number;
  /** Callers that are told apart at once; beyond it the one longest silent is forgotten. @default 10,000 */
  readonly mostCallers?: number;
  /** Called when a caller's mean passes the goal, and again after it was below. What it throws is not caught. */
  readonly onWarning?: (warning: CostWarning) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** A mean above its goal. */
export interface CostWarning {
  readonly resource: string;
  readonly caller: string;
  readonly meanUsd: number;
  readonly goalUsd: number;
}

/** A query that wants to spend. */
export interface Spending {
  /** Who pays, as in a tenant or a user. */
  readonly caller: string;
  /** A name in the limits, as `bigquery`. */
  readonly resource: string;
  /** The kind of query: what approvals are bound to. */
  readonly fingerprint: string;
  /** What it will cost at most, by an estimate or a dry run. */
  readonly usd: number;
  /** An approval by `approve`. */
  readonly token?: string;
}

/** A query that may run. */
export interface Admission {
  /** Says what it cost in truth, once; until then the estimate counts. */
  settle: (usd: number) => void;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Refuses what costs too much before it runs: one query above the limit of its resource without an approval, and queries of a caller whose mean
 * would pass its limit. The state is in memory, so each process has its own means.
 *
 * @example
 * const guard = new CostGuard({ secret });
 * guard.admit({ caller: 'reports', resource: 'bigquery', fingerprint, usd: bigQueryDollars(bytes) });
 */
export class CostGuard {
  readonly #limits: Readonly<Record<string, CostLimits>>;
  readonly #approvals: Approvals | undefined;
  readonly #windowMs: number;
  readonly #leastQueries: number;
  readonly #mostCallers: number;
  readonly #onWarning: ((warning: CostWarning) => void) | undefined;
  readonly #now: () => number;
  readonly #means = new Map<string, RollingMean>();
  /** Callers above their goal, who were warned of. */
  readonly #warned = new Set<string>();

  /** Throws `ERR_PERF_INVALID_OPTION`. */
  constructor(options: CostGuardOptions = {}) {
    const {
      secret,
      limits = COST_LIMITS,
      windowMs = DAY_MS,
      leastQueries = 10,
      mostCallers = 10_000,
    } = options;
    for (const [resource, limit] of Object.entries(limits))
      for (const usd of [limit.meanUsd, limit.goalUsd, limit.singleUsd ?? 0])
        mustBe(usd >= 0 && Number.isFinite(usd), `limits of ${resource} must be dollars from 0`);
    mustBe(windowMs > 0 && Number.isFinite(windowMs), 'windowMs must be above 0');
    mustBe(
      Number.isSafeInteger(leastQueries) && leastQueries >= 1,
      'leastQueries must be a whole number from 1',
    );
    mustBe(
      Number.isSafeInteger(mostCallers) && mostCallers >= 1,
      'mostCallers must be a whole number from 1',
    );
    this.#limits = limits;
    this.#approvals = secret === undefined ? undefined : new Approvals(secret);
    this.#windowMs = windowMs;
    this.#leastQueries = leastQueries;
    this.#mostCallers = mostCallers;
    this.#onWarning = options.onWarning;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Approves one kind of query up to a price for a while. Throws `ERR_PERF_INVALID_OPTION` without a secret.
   * @param options.ttlMs default one hour
   */
  approve(
    fingerprint: string,
    { maxUsd, ttlMs = 60 * 60 * 1000 }: { readonly maxUsd: number; readonly ttlMs?: number },
  ): string {
    if (this.#approvals === undefined)
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'approvals need a secret: pass `secret`');
    mustBe(maxUsd >= 0 && Number.isFinite(maxUsd), 'maxUsd must be dollars from 0');
    mustBe(ttlMs > 0 && Number.isFinite(ttlMs), 'ttlMs must be above 0');
    return this.#approvals.token({ fingerprint, maxUsd, expiresAt: this.#now() + ttlMs });
  }

  /** Lets a query spend, or throws `ERR_PERF_LIMIT_EXCEEDED`, which says what would let it through. */
  admit({ caller, resource, fingerprint, usd, token }: Spending): Admission {
    const limit = this.#limitOf(resource);
    mustBe(usd >= 0 && Number.isFinite(usd), 'what a query costs must be dollars from 0');
    const isApproved = token !== undefined && this.#isApproved(token, fingerprint, usd);
    if (!isApproved) this.#mustFit({ caller, resource, usd }, limit);
    this.#add(caller, resource, usd, 1);
    let isSettled = false;
    return {
      settle: (actual) => {
        mustBe(actual >= 0 && Number.isFinite(actual), 'what a query cost must be dollars from 0');
        if (isSettled) return;
        isSettled = true;
        this.#add(caller, resource, actual - usd, 0);
      },
    };
  }

  /** Counts what was spent already, as by a language model; refuses nothing. */
  report({ caller, resource, usd }: Pick<Spending, 'caller' | 'resource' | 'usd'>): void {
    this.#limitOf(resource);
    mustBe(usd >= 0 && Number.isFinite(usd), 'what was spent must be dollars from 0');
    this.#add(caller, resource, usd, 1);
  }

  /** Mean dollars and number of a caller's queries in the window. */
  meanOf(caller: string, resource: string): { readonly meanUsd: number; readonly queries: number } {
    const { usd, count } = this.#means.get(keyOf(caller, resource))?.sums(this.#now()) ?? {
      usd: 0,
      count: 0,
    };
    return { meanUsd: count === 0 ? 0 : usd / count, queries: count };
  }

  #mustFit(
    { caller, resource, usd }: Pick<Spending, 'caller' | 'resource' | 'usd'>,
    { meanUsd, singleUsd = Infinity }: CostLimits,
  ): void {
    if (usd > singleUsd)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `the query may cost $${usd.toFixed(2)}, above $${singleUsd.toFixed(2)}: narrow it, or pass an approval for it`,
      );
    const before = this.meanOf(caller, resource);
    const queries = before.queries + 1;
    const mean = (before.meanUsd * before.queries + usd) / queries;
    if (queries >= this.#leastQueries && mean > meanUsd && usd > meanUsd)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `the queries of this caller would cost $${mean.toFixed(3)} on average, above $${meanUsd.toFixed(3)}: ask cheaper ones, or pass an approval`,
      );
  }

  #isApproved(token: string, fingerprint: string, usd: number): boolean {
    const approval = this.#approvals?.read(token);
    const refused =
      approval === undefined
        ? 'was not made here'
        : approval.fingerprint !== fingerprint
          ? 'is for another query'
          : approval.expiresAt <= this.#now()
            ? 'has expired'
            : usd > approval.maxUsd
              ? `is for $${approval.maxUsd.toFixed(2)} at most, and the query may cost $${usd.toFixed(2)}`
              : undefined;
    if (refused !== undefined) throw new PerfError('ERR_PERF_LIMIT_EXCEEDED', `the approval ${refused}`);
    return true;
  }

  #add(caller: string, resource: string, usd: number, count: number): void {
    const key = keyOf(caller, resource);
    const mean = this.#means.get(key) ?? new RollingMean(this.#windowMs);
    this.#means.delete(key);
    this.#means.set(key, mean);
    const [oldest] = this.#means.keys();
    if (this.#means.size > this.#mostCallers && oldest !== undefined) {
      this.#means.delete(oldest);
      this.#warned.delete(oldest);
    }
    mean.add(usd, count, this.#now());
    this.#warn(caller, resource, key);
  }

  #warn(caller: string, resource: string, key: string): void {
    const { goalUsd } = this.#limitOf(resource);
    const { meanUsd, queries } = this.meanOf(caller, resource);
    const isAbove = queries >= this.#leastQueries && meanUsd > goalUsd;
    if (!isAbove) this.#warned.delete(key);
    else if (!this.#warned.has(key)) {
      this.#warned.add(key);
      this.#onWarning?.({ resource, caller, meanUsd, goalUsd });
    }
  }

  #limitOf(resource: string): CostLimits {
    const limit = Object.hasOwn(this.#limits, resource) ? this.#limits[resource] : undefined;
    if (limit === undefined)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `no limit is set for the resource ${resource}`);
    return limit;
  }
}

/** No two pairs of names make one key. */
function keyOf(caller: string, resource: string): string {
  return JSON.stringify([resource, caller]);
}

function mustBe(holds: boolean, message: string): void {
  if (!holds) throw new PerfError('ERR_PERF_INVALID_OPTION', message);
}
