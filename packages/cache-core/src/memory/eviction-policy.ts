import type { MarginalHits } from './margins.ts';

/** Names of the policies a memory store can follow. */
export type PolicyName = 'lru' | 's3-fifo' | 'w-tinylfu' | 'sieve' | 'adaptive';

/**
 * Decides which slot goes when room is needed. A use is counted in the slot's mark by whoever reads it, and looked at here when
 * room is needed: a hit moves nothing.
 */
export interface EvictionPolicy {
  /** A slot was taken for a new entry; its mark is 0. */
  add(slot: number): void;
  /** The entry of a slot goes for another reason than room. The slot is freed next. */
  remove(slot: number): void;
  /** The slot whose entry goes, out of every queue; it is freed next. NONE when no slot is taken. */
  evict(): number;
  /** Told of each use of a slot whose mark says SAMPLED, after it was counted. */
  sampledUse(slot: number): void;
  /** Forgets all slots; the table is emptied. */
  clear(): void;
  /** Hits that other sizes would have had, where the policy follows a sample. */
  marginalHits?(): MarginalHits | undefined;
  /** Throws when what it holds does not fit the table: for tests. */
  validate(): void;
}
