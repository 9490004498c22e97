/** Nodes looked at in one value at most; the rest counts as much as what was seen. */
const MOST_NODES = 512;
/** Items of one array looked at: evenly spread, so that a growing column is not judged by its start. */
const SAMPLED_ITEMS = 32;

/**
 * About how many bytes a value holds in memory. Cheap rather than exact: strings count 2 bytes a character, numbers 8,
 * objects 16 plus 8 a property; typed arrays and ArrayBuffers count exactly; of a long array 32 items are looked at, of
 * any value 512 nodes. What is shared between values, or reached twice, counts each time.
 */
export function estimateBytes(value: unknown): number {
  return Math.ceil(bytesOf(value, { left: MOST_NODES }));
}

function bytesOf(value: unknown, budget: { left: number }): number {
  budget.left--;
  switch (typeof value) {
    case 'string':
      return 16 + 2 * value.length;
    case 'number':
    case 'boolean':
    case 'undefined':
      return 8;
    case 'bigint':
      return 24;
    case 'symbol':
    case 'function':
      return 64;
    case 'object':
      return value === null ? 8 : bytesOfObject(value, budget);
  }
}

function bytesOfObject(value: object, budget: { left: number }): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Date) return 48;
  if (budget.left <= 0) return 16;
  if (Array.isArray(value)) return 16 + bytesOfItems(value, budget);
  if (value instanceof Map) return 64 + bytesOfItems([...value.keys(), ...value.values()], budget) * 1.5;
  if (value instanceof Set) return 64 + bytesOfItems([...value], budget) * 1.5;
  let bytes = 16;
  for (const property of Object.values(value)) bytes += 8 + bytesOf(property, budget);
  return bytes;
}

function bytesOfItems(items: readonly unknown[], budget: { left: number }): number {
  const step = Math.max(1, Math.floor(items.length / SAMPLED_ITEMS));
  let [bytes, seen] = [0, 0];
  for (let i = 0; i < items.length && (seen === 0 || budget.left > 0); i += step) {
    bytes += 8 + bytesOf(items[i], budget);
    seen++;
  }
  return seen === 0 ? 0 : (bytes / seen) * items.length;
}
