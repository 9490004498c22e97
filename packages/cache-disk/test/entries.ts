import type { StoreEntry } from '@perf/contracts';

/** An entry that never expires unless told. */
export function entry(key: string, value: string | Uint8Array, expiresAt = Infinity): StoreEntry<Uint8Array> {
  return { key, value: typeof value === 'string' ? Buffer.from(value) : value, expiresAt };
}

/** The values of entries as text. */
export function textsOf(entries: readonly (StoreEntry<Uint8Array> | undefined)[]): (string | undefined)[] {
  return entries.map((found) => (found === undefined ? undefined : Buffer.from(found.value).toString()));
}
