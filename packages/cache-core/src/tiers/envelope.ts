/** A value on its way into or out of the tiers below the memory, with all that decides whether it may be served. */
export interface Envelope {
  readonly value: unknown;
  /** Epoch ms when its load began, or when it was set. */
  readonly createdAt: number;
  /** Epoch ms at which its ttl ends. */
  readonly freshUntil: number;
  /** Epoch ms up to which it may be served when nothing newer can be had; `freshUntil` or later. */
  readonly expiresAt: number;
  /** Epoch ms when it was handed to the tiers. */
  readonly storedAt: number;
  /** How long its load took, in ms. */
  readonly loadMs: number;
  readonly etag: string | undefined;
  /** Its tags and the number each counter had before its load began; the namespace's own first, with tag `undefined`. */
  readonly counters: readonly SeenCounter[];
  /** Whether byte tiers keep it encrypted. */
  readonly isPrivate: boolean;
}

/** The number of a tag's counter, or of the namespace's own. */
export interface SeenCounter {
  readonly tag: string | undefined;
  readonly number: number;
}

/** Whether a value tier gave back what it was given. */
export function isEnvelope(value: unknown): value is Envelope {
  return (
    typeof value === 'object' &&
    value !== null &&
    'counters' in value &&
    Array.isArray(value.counters) &&
    'freshUntil' in value &&
    typeof value.freshUntil === 'number' &&
    'expiresAt' in value &&
    typeof value.expiresAt === 'number' &&
    'createdAt' in value &&
    typeof value.createdAt === 'number' &&
    'value' in value
  );
}
