import { randomUUID } from 'node:crypto';
import type { LeaseAnswer } from '@perf/contracts';
import type { SeenTags } from '../memory-entry.ts';
import type { After } from '../timer.ts';
import type { Coherence } from './coherence.ts';
import type { SeenCounter } from './envelope.ts';
import type { LowerTier } from './lower-tier.ts';
import type { Found, TierReader } from './tier-reader.ts';

/** Longest wait for the word that another process has loaded; the word may be lost. */
const LOOK_AGAIN_MS = 250;

/** The right to load a key, over all processes. */
export interface Lease {
  readonly token: string;
  /** The numbers of the counters before the load. */
  readonly counters: readonly SeenCounter[];
  /** Stops holding on to it. */
  stop(): void;
}

/** What asking for a lease came to: `busy` is another process at work; `none`, the shared tier cannot be asked. */
export type LeaseResult =
  | { readonly kind: 'lease'; readonly lease: Lease }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'busy' }
  | { readonly kind: 'none' };

/** What asking for a lease needs to know. */
export interface LeaseOrder {
  readonly name: string;
  readonly tags: SeenTags;
  /** Whether to wait for another process that loads the key; otherwise the result is `busy`. */
  readonly waits: boolean;
  /** Told when another process is found loading. */
  readonly onHeld: (() => void) | undefined;
  /** Whether an entry that another process stored meanwhile will do. Takes over its tags if so. */
  readonly accept: (found: Found) => boolean;
  /** Whether anybody still wants the value. */
  readonly isWanted: () => boolean;
}

/** One load per key over all processes: whoever gets the lease loads, the others wait for the value. */
export class Leases {
  readonly #coherence: Coherence;
  readonly #reader: TierReader;
  readonly #leaseMs: number;
  readonly #after: After;
  readonly #process: string = randomUUID();
  #count = 0;

  constructor(
    coherence: Coherence,
    reader: TierReader,
    options: { readonly leaseMs: number; readonly after: After },
  ) {
    this.#coherence = coherence;
    this.#reader = reader;
    this.#leaseMs = options.leaseMs;
    this.#after = options.after;
  }

  async take(order: LeaseOrder): Promise<LeaseResult> {
    const { name, tags, accept } = order;
    const tier = this.#coherence.shared;
    if (tier?.shared === undefined) return { kind: 'none' };
    const token = `${this.#process}-${++this.#count}`;
    let despiteValue = this.#coherence.isSettling(name);
    while (order.isWanted() && tier.isUsable) {
      const asked = this.#coherence.unknown(tags);
      const answer = await this.#ask(tier, name, { token, despiteValue, counters: asked.names });
      if (answer === undefined) return { kind: 'none' };
      const counters = this.#coherence.learn(tags, asked.slots, answer.generations, asked.epoch);
      if (answer.state === 'granted')
        return { kind: 'lease', lease: this.#hold(tier, name, { token, counters }) };
      if (answer.state === 'valued') {
        const found = await this.#reader.accept(answer.entry?.value, tier);
        if (found !== undefined && accept(found)) return { kind: 'found', found };
        despiteValue = true;
        continue;
      }
      order.onHeld?.();
      if (!order.waits) return { kind: 'busy' };
      await this.#coherence.landing(name, LOOK_AGAIN_MS);
      despiteValue = this.#coherence.isSettling(name);
    }
    return { kind: 'none' };
  }

  #ask(
    tier: LowerTier,
    name: string,
    request: { readonly token: string; readonly despiteValue: boolean; readonly counters: readonly string[] },
  ): Promise<LeaseAnswer | undefined> {
    return tier.guard.read(async () => tier.shared?.lease(name, { ...request, leaseMs: this.#leaseMs }));
  }

  /** Holds on to a lease until it is stopped or lost: what was lost cannot store, so nothing more is to be done then. */
  #hold(
    tier: LowerTier,
    name: string,
    { token, counters }: { readonly token: string; readonly counters: readonly SeenCounter[] },
  ): Lease {
    let timer = this.#after(this.#leaseMs / 3, () => void extend());
    let isStopped = false;
    const extend = async (): Promise<void> => {
      const isHeld = await tier.guard.read(async () => tier.shared?.extendLease(name, token, this.#leaseMs));
      if (!isStopped && isHeld !== false) timer = this.#after(this.#leaseMs / 3, () => void extend());
    };
    return {
      token,
      counters,
      stop: () => {
        isStopped = true;
        timer.cancel();
      },
    };
  }
}
