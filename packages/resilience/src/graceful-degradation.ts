import { PerfError } from '@perf/contracts';
import { checkNumber } from './check-number.ts';
import { realNow } from './timer.ts';
import type { Priority } from './waiting-room.ts';

/**
 * One step: `normal`: everything. `stale`: an old answer is good enough. `essential`: only the fields that matter. `cached`: only what
 * is cached. `shed`: that, and work of low priority is refused. `refuse`: everything is.
 */
export type DegradationStep = 'normal' | 'stale' | 'essential' | 'cached' | 'shed' | 'refuse';

/** All steps, from everything to nothing. */
export const degradationSteps: readonly DegradationStep[] = [
  'normal',
  'stale',
  'essential',
  'cached',
  'shed',
  'refuse',
];

/** When a step is entered and left, in shares of the load a service is made for. */
export interface Threshold {
  /** Load from which the step holds. */
  readonly enterAt: number;
  /** Load below which it may end; less than `enterAt`, so that it does not flicker. */
  readonly exitBelow: number;
}

/** When a service does less. */
export interface GracefulDegradationOptions {
  /** One for each step after `normal`, rising. @default `degradationProfile` */
  readonly thresholds?: Readonly<Record<Exclude<DegradationStep, 'normal'>, Threshold>>;
  /** How long the load must stay below `exitBelow` before one step is left. @default 5000 ms */
  readonly calmMs?: number;
  /** When a refused caller should come again. @default `calmMs` */
  readonly retryAfterMs?: number;
  /** Told of each change, after it. */
  readonly onChange?: (step: DegradationStep, before: DegradationStep, load: number) => void;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
}

/** Ways to answer. Those left out fall back to the fuller one. */
export interface Ways<T> {
  /** The whole answer. */
  readonly full: () => T | Promise<T>;
  /** An answer that may be old; `undefined` when there is none, which falls back to `full`. */
  readonly stale?: () => T | undefined | Promise<T | undefined>;
  /** An answer with the essential fields only. */
  readonly essential?: () => T | Promise<T>;
  /** An answer from the cache alone; `undefined` when there is none, which is refused. @default `stale` */
  readonly cached?: () => T | undefined | Promise<T | undefined>;
}

/** Thresholds to begin with: full at 1, twice the load refused. */
export const degradationProfile: Readonly<Record<Exclude<DegradationStep, 'normal'>, Threshold>> = {
  stale: { enterAt: 0.8, exitBelow: 0.6 },
  essential: { enterAt: 0.95, exitBelow: 0.75 },
  cached: { enterAt: 1.1, exitBelow: 0.85 },
  shed: { enterAt: 1.4, exitBelow: 1 },
  refuse: { enterAt: 2, exitBelow: 1.2 },
};

/**
 * The ladder by which a service does less under load, and more again. It climbs at once, over several steps if need be, and comes down
 * one step at a time, each after `calmMs` of calm.
 *
 * @example
 * const degradation = new GracefulDegradation({ onChange: (step) => logger.warn(`now ${step}`) });
 * degradation.observe(shedder.expectedWaitMs() / 100);
 * const answer = await degradation.serve({ full: () => query(), stale: () => cache.getOld(key) });
 */
export class GracefulDegradation {
  readonly #thresholds: readonly Threshold[];
  readonly #calmMs: number;
  readonly #retryAfterMs: number;
  readonly #onChange: GracefulDegradationOptions['onChange'];
  readonly #now: () => number;
  #level = 0;
  #calmSince: number | undefined;

  constructor(options: GracefulDegradationOptions = {}) {
    const { thresholds = degradationProfile, calmMs = 5000, now = realNow } = options;
    const { stale, essential, cached, shed, refuse } = thresholds;
    this.#thresholds = checkThresholds([stale, essential, cached, shed, refuse]);
    this.#calmMs = checkNumber('calmMs', calmMs, { atLeast: 0 });
    this.#retryAfterMs = checkNumber('retryAfterMs', options.retryAfterMs ?? calmMs, { atLeast: 0 });
    this.#onChange = options.onChange;
    this.#now = now;
  }

  /** The step that holds now. */
  get step(): DegradationStep {
    return degradationSteps[this.#level] ?? 'refuse';
  }

  /**
   * Takes the load as it is now, 1 being what the service is made for (waiting time ÷ the longest good one, memory ÷ its limit, or the
   * highest of several), and gives the step that follows. Call it a few times a second. NaN is `ERR_PERF_INVALID_OPTION`.
   */
  observe(load: number): DegradationStep {
    checkNumber('load', load, { atLeast: 0, orInfinite: true });
    const entered = this.#thresholds.findLastIndex(({ enterAt }) => load >= enterAt) + 1;
    if (entered > this.#level) this.#moveTo(entered, load);
    else this.#comeDown(load);
    return this.step;
  }

  /** Answers as the step allows. `ERR_PERF_OVERLOADED` with `retryAfterMs` when it allows nothing for this caller. */
  async serve<T>(ways: Ways<T>, { priority = 'normal' }: { readonly priority?: Priority } = {}): Promise<T> {
    const { full, stale, essential = full, cached = stale } = ways;
    switch (this.step) {
      case 'normal':
        return full();
      case 'stale':
        return (await stale?.()) ?? full();
      case 'essential':
        return (await stale?.()) ?? essential();
      case 'cached':
        return (await cached?.()) ?? this.#refuse();
      case 'shed':
        return (priority === 'low' ? undefined : await cached?.()) ?? this.#refuse();
      case 'refuse':
        return this.#refuse();
    }
  }

  #comeDown(load: number): void {
    const exitBelow = this.#thresholds[this.#level - 1]?.exitBelow ?? -Infinity;
    if (load >= exitBelow) {
      this.#calmSince = undefined;
      return;
    }
    const now = this.#now();
    this.#calmSince ??= now;
    if (now - this.#calmSince < this.#calmMs) return;
    this.#moveTo(this.#level - 1, load);
  }

  #moveTo(level: number, load: number): void {
    const before = this.step;
    this.#level = level;
    this.#calmSince = undefined;
    this.#onChange?.(this.step, before, load);
  }

  #refuse(): never {
    throw new PerfError('ERR_PERF_OVERLOADED', `the service is overloaded (${this.step})`, {
      retryAfterMs: this.#retryAfterMs,
    });
  }
}

function checkThresholds(thresholds: readonly Threshold[]): readonly Threshold[] {
  for (const [i, { enterAt, exitBelow }] of thresholds.entries()) {
    const step = degradationSteps[i + 1];
    checkNumber(`thresholds.${step}.exitBelow`, exitBelow, { above: 0 });
    checkNumber(`thresholds.${step}.enterAt`, enterAt, { above: exitBelow });
    checkNumber(`thresholds.${step}.enterAt`, enterAt, { atLeast: thresholds[i - 1]?.enterAt ?? 0 });
  }
  return thresholds;
}
