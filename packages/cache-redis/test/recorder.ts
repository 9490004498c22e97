import type { BusListener, BusState, Invalidation } from '@perf/contracts';

/** A listener that writes down what it is told, and when, and lets a test wait for it. */
export class Recorder implements BusListener {
  readonly states: BusState[] = [];
  readonly invalidations: Invalidation[] = [];
  readonly landings: string[] = [];
  #waiting: { readonly check: () => boolean; readonly resolve: () => void }[] = [];

  invalidated(invalidation: Invalidation): void {
    this.invalidations.push(invalidation);
    this.#look();
  }

  landed(key: string): void {
    this.landings.push(key);
    this.#look();
  }

  stateChanged(state: BusState): void {
    this.states.push(state);
    this.#look();
  }

  get state(): BusState | undefined {
    return this.states.at(-1);
  }

  /** The keys that became invalid, in order. */
  get keys(): string[] {
    return this.invalidations.flatMap((one) => (one.kind === 'key' ? [one.key] : []));
  }

  /** Resolves as soon as `check` holds, looked at whenever something is told. */
  until(check: () => boolean): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ check, resolve }));
  }

  trusted(): Promise<void> {
    return this.until(() => this.state === 'trusted');
  }

  #look(): void {
    const ready = this.#waiting.filter(({ check }) => check());
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    for (const { resolve } of ready) resolve();
  }
}
