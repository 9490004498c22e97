/** An invalidation as tiers are told of it; names are those that tiers see. */
export type Order =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'counter'; readonly name: string }
  | { readonly kind: 'prefix'; readonly name: string };

/** How much a journal remembers. */
export interface JournalOptions {
  /** Most orders. */
  readonly entries: number;
  /** Ms for which an order that was carried out is remembered. */
  readonly keepMs: number;
  readonly now: () => number;
}

/** One order and when it was carried out; undefined while it was not. */
interface Line {
  readonly order: Order;
  doneAt: number | undefined;
}

/**
 * The invalidations that one tier did not take, and those it took a short while ago: a failover can lose them. When there are
 * more than it may remember it says so, and everything has to be invalidated in their place: forget rather than lie.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #lines = new Map<string, Line>();
  #pending = 0;
  /** Whether an order that was not carried out was forgotten. */
  #lostPending = false;
  /** Until when orders that were carried out and forgotten would have been remembered. */
  #incompleteUntil = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Whether an order was not carried out yet: until it is, the tier may hold what it should not. */
  get isPending(): boolean {
    return this.#pending > 0 || this.#lostPending;
  }

  /** Orders remembered. */
  get size(): number {
    return this.#lines.size;
  }

  /** Remembers an order that is about to be carried out. */
  begin(order: Order): void {
    this.#forgetOld();
    const key = lineKey(order);
    const before = this.#lines.get(key);
    this.#lines.delete(key);
    // An order that failed before stays open until this one is known to have succeeded.
    const isOpen = before !== undefined && before.doneAt === undefined;
    this.#lines.set(key, { order, doneAt: isOpen ? undefined : Infinity });
    if (this.#lines.size > this.#options.entries) this.#forgetOldest();
  }

  /** Settles the line of this very order: what an earlier one of the same name did says nothing about a later one. */
  succeeded(order: Order): void {
    const line = this.#lines.get(lineKey(order));
    if (line?.order !== order) return;
    if (line.doneAt === undefined) this.#pending--;
    line.doneAt = this.#options.now();
    if (this.#options.keepMs === 0) this.#lines.delete(lineKey(order));
  }

  failed(order: Order): void {
    const line = this.#lines.get(lineKey(order));
    if (line === undefined) {
      this.#lostPending = true;
      return;
    }
    if (line.doneAt === undefined) return;
    line.doneAt = undefined;
    this.#pending++;
  }

  /** All that is remembered, to be carried out again. */
  get orders(): readonly Order[] {
    this.#forgetOld();
    return Array.from(this.#lines.values(), ({ order }) => order);
  }

  /** Whether some of what should be carried out again was forgotten. */
  get isIncomplete(): boolean {
    return this.#lostPending || this.#options.now() < this.#incompleteUntil;
  }

  /** Everything was invalidated: what was forgotten, and `orders` remembered before that, are settled. */
  everythingDone(orders: readonly Order[]): void {
    this.#lostPending = false;
    this.#incompleteUntil = 0;
    for (const order of orders) this.succeeded(order);
  }

  #forgetOld(): void {
    const oldest = this.#options.now() - this.#options.keepMs;
    for (const [key, { doneAt }] of this.#lines) {
      if (doneAt === undefined || doneAt > oldest) break;
      this.#lines.delete(key);
    }
  }

  #forgetOldest(): void {
    const [first] = this.#lines;
    if (first === undefined) return;
    const [key, { doneAt }] = first;
    this.#lines.delete(key);
    if (doneAt === undefined) {
      this.#pending--;
      this.#lostPending = true;
    } else {
      this.#incompleteUntil = this.#options.now() + this.#options.keepMs;
    }
  }
}

function lineKey({ kind, name }: Order): string {
  return `${kind} ${name}`;
}
