import { Packr } from 'msgpackr';

/** Turns values into bytes and back. What `decode` throws makes the entry count as missing. */
export interface Serializer {
  /** 0 to 7; written into every entry, so that an entry of another serializer counts as missing. 0 is `messagePack`. */
  readonly id: number;
  encode(value: unknown): Uint8Array;
  /** Gets bytes that anybody may have written: it must never run code from them. */
  decode(bytes: Uint8Array): unknown;
}

/**
 * MessagePack by msgpackr, with records and the extensions of the structured clone: keeps `Date`, `Map`, `Set`, `BigInt`,
 * `undefined`, typed arrays, errors and cycles. Bytes come back as `Buffer`, −0 as 0. Functions and symbols cannot be kept: an error.
 */
export function messagePack(): Serializer {
  const packr = new Packr({ structuredClone: true, useRecords: true });
  return {
    id: 0,
    encode: (value) => packr.pack(value),
    decode: (bytes): unknown => packr.unpack(bytes),
  };
}
