/**
 * What callers share. `none`: the value itself, which nobody may change. `freeze`: the value itself, its plain objects and
 * arrays frozen all the way down. `clone`: each caller gets a copy of its own (`structuredClone`).
 */
export type Isolation = 'none' | 'freeze' | 'clone';

/**
 * Freezes plain objects and arrays, all the way down; gives the value back. Bytes, dates, maps, sets and instances of
 * classes stay as they are: JavaScript cannot freeze what they hold.
 */
export function deepFreeze<T>(value: T): T {
  freezeInto(value, new Set());
  return value;
}

function freezeInto(value: unknown, seen: Set<object>): void {
  if (!isPlain(value) || seen.has(value)) return;
  seen.add(value);
  Object.freeze(value);
  for (const property of Object.values(value)) freezeInto(property, seen);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
