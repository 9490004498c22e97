import { createHash } from 'node:crypto';

/** Hash of whatever the bytes of an output depend on: equal only for equal schema, options and versions. */
export function shapeHash(shape: unknown): string {
  return sha256(JSON.stringify(shape, jsonSafe) ?? '');
}

function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'function') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return sha256(value);
  if (value instanceof Set) return Array.from(value);
  return value instanceof Map ? Array.from(value) : value;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
