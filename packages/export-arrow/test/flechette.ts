import { createRequire } from 'node:module';
import { zstdDecompressSync } from 'node:zlib';
import { decodeLz4 } from './lz4-decode.ts';

// By require, because the types of this package do not compile under the house's rules.
const require = createRequire(import.meta.url);

/** Arrow's numbers of the codecs. */
const CODECS: readonly (readonly [number, (frame: Uint8Array) => Uint8Array])[] = [
  [0, decodeLz4],
  [1, (frame) => zstdDecompressSync(frame)],
];

/** The columns of an Arrow file or stream, by name, as flechette reads them. */
export function readByFlechette(bytes: Uint8Array): Record<string, unknown[]> {
  const module: unknown = require('@uwdata/flechette');
  const read = property(module, 'tableFromIPC');
  const setCodec = property(module, 'setCompressionCodec');
  if (typeof read !== 'function' || typeof setCodec !== 'function')
    throw new Error('flechette has changed its exports');
  for (const [number, decode] of CODECS)
    Reflect.apply(setCodec, undefined, [number, { decode: toLength(decode) }]);
  const table: unknown = Reflect.apply(read, undefined, [bytes, { useBigInt: true, useDate: true }]);
  const columns: unknown = call(table, 'toColumns');
  if (typeof columns !== 'object' || columns === null) throw new Error('flechette gave no columns');
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]): [string, unknown[]] => [
      name,
      Array.isArray(values) ? values : Array.from(asIterable(values)),
    ]),
  );
}

/** Decoders set `length` bytes aside, as the Arrow format says that so many come out. */
function toLength(decode: (frame: Uint8Array) => Uint8Array) {
  return (frame: Uint8Array, length: number): Uint8Array => {
    const bytes = decode(frame);
    if (bytes.length !== length) throw new Error(`${bytes.length} bytes came out, ${length} were announced`);
    return bytes;
  };
}

function property(target: unknown, name: string): unknown {
  return typeof target === 'object' && target !== null ? Reflect.get(target, name) : undefined;
}

function call(target: unknown, name: string): unknown {
  const method = property(target, name);
  return typeof method === 'function' ? Reflect.apply(method, target, []) : undefined;
}

function asIterable(values: unknown): Iterable<unknown> {
  if (ArrayBuffer.isView(values) && Symbol.iterator in values && isIterable(values)) return values;
  throw new Error('a column is no array');
}

function isIterable(values: object): values is Iterable<unknown> {
  return Symbol.iterator in values;
}
