/** Most publishers followed at once; beyond it the longest silent are forgotten. */
const MAX_PUBLISHERS = 10_000;
/** Most numbers of one publisher waited for. */
const MAX_HOLES = 1000;
/** A publisher silent for longer than this is forgotten. */
const FORGET_MS = 60_000;

interface Followed {
  last: number;
  heardAt: number;
  /** Numbers that were skipped, and when. */
  readonly holes: Map<number, number>;
}

/**
 * Finds lost messages by their numbers. Messages of one publisher may overtake each other for `reorderMs` (on a Cluster they travel
 * over several nodes); a number that is missing for longer is lost.
 */
export class SequenceWatch {
  readonly #followed = new Map<string, Followed>();
  readonly #reorderMs: number;
  readonly #settleMs: number;
  #listeningSince = 0;
  #overflow = false;
  #holes = 0;

  /** @param settleMs for so long after `restart` an unknown publisher may begin with any number, since all are heard once in it */
  constructor(reorderMs: number, settleMs: number) {
    this.#reorderMs = reorderMs;
    this.#settleMs = settleMs;
  }

  /** Forgets all: from `now` on every message is heard. */
  restart(now: number): void {
    this.#followed.clear();
    this.#listeningSince = now;
    this.#overflow = false;
    this.#holes = 0;
  }

  /** A message with its own number has come. */
  message(publisher: string, sequence: number, now: number): void {
    const followed = this.#followed.get(publisher);
    if (followed === undefined) return this.#follow(publisher, sequence, sequence - 1, now);
    followed.heardAt = now;
    if (sequence === followed.last + 1) {
      followed.last = sequence;
      return;
    }
    if (sequence <= followed.last) {
      if (followed.holes.delete(sequence)) this.#holes--;
      return;
    }
    this.#skip(followed, followed.last + 1, sequence - 1, now);
    followed.last = sequence;
  }

  /** A beat has come, which says the number of the publisher's last message. */
  beat(publisher: string, sequence: number, now: number): void {
    const followed = this.#followed.get(publisher);
    if (followed === undefined) return this.#follow(publisher, sequence, sequence, now);
    followed.heardAt = now;
    if (sequence <= followed.last) return;
    this.#skip(followed, followed.last + 1, sequence, now);
    followed.last = sequence;
  }

  /** Ms until `hasLost` can become true, or undefined while nothing is missing. */
  get patienceMs(): number | undefined {
    if (this.#overflow) return 0;
    return this.#holes > 0 ? this.#reorderMs : undefined;
  }

  /** Whether a message is lost for good. */
  hasLost(now: number): boolean {
    if (this.#overflow) return true;
    if (this.#holes === 0) return false;
    for (const { holes } of this.#followed.values())
      for (const skippedAt of holes.values()) if (now - skippedAt >= this.#reorderMs) return true;
    return false;
  }

  #follow(publisher: string, sequence: number, missing: number, now: number): void {
    if (this.#followed.size >= MAX_PUBLISHERS) this.#forget(now);
    const followed: Followed = { last: sequence, heardAt: now, holes: new Map() };
    this.#followed.set(publisher, followed);
    if (now - this.#listeningSince > this.#settleMs) this.#skip(followed, 1, missing, now);
  }

  #skip(followed: Followed, from: number, to: number, now: number): void {
    const missing = to - from + 1;
    if (missing + followed.holes.size > MAX_HOLES) {
      this.#overflow = true;
      return;
    }
    for (let sequence = from; sequence <= to; sequence++) followed.holes.set(sequence, now);
    if (missing > 0) this.#holes += missing;
  }

  #forget(now: number): void {
    for (const [publisher, { heardAt }] of this.#followed)
      if (now - heardAt > FORGET_MS) this.#followed.delete(publisher);
    if (this.#followed.size < MAX_PUBLISHERS) return;
    this.#followed.clear();
    this.#overflow = true;
  }
}
