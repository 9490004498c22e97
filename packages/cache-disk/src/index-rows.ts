import { crc32 } from 'node:zlib';

/** What an entry left in the order of writing: all that dropping it takes. */
export interface OrderRow {
  /** Bytes the entry counts for. */
  readonly cost: number;
  readonly expiresAt: number;
  /** Key of the entry, as stored. */
  readonly key: Buffer;
}

/** What the whole database counts. */
export interface LedgerState {
  entries: number;
  /** Of keys and values. */
  bytes: number;
  nextSequence: number;
  /** Sequence at which the search for the next entry to evict goes on. */
  hand: number;
}

const VERSION = 1;
const ROW_HEAD_BYTES = 16;
const STATE_BYTES = 40;

/** Key of the ledger's state. */
export const STATE_KEY: Buffer = Buffer.from('state');

/** Eight bytes that sort as the numbers do. */
export function sequenceKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(sequence));
  return key;
}

/** The sequence in a row of the order, or at the end of a row of the expiries. */
export function sequenceIn(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - 8));
}

/** Sixteen bytes that sort by expiry: floats that are not negative sort as their bits do. */
export function expiryKey(expiresAt: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(16);
  key.writeDoubleBE(Math.max(0, expiresAt), 0);
  key.writeBigUInt64BE(BigInt(sequence), 8);
  return key;
}

/** When the entry of a row of the expiries ends. */
export function expiryIn(key: Buffer): number {
  return key.readDoubleBE(0);
}

/** The bytes of a row of the order. */
export function encodeOrderRow(row: OrderRow): Buffer {
  const bytes = Buffer.allocUnsafe(ROW_HEAD_BYTES + row.key.length);
  bytes.writeDoubleLE(row.cost, 0);
  bytes.writeDoubleLE(row.expiresAt, 8);
  row.key.copy(bytes, ROW_HEAD_BYTES);
  return bytes;
}

/** The row in these bytes. Rows are written by transactions of this package alone, and have no checksum of their own. */
export function decodeOrderRow(bytes: Buffer): OrderRow {
  return {
    cost: bytes.readDoubleLE(0),
    expiresAt: bytes.readDoubleLE(8),
    key: bytes.subarray(ROW_HEAD_BYTES),
  };
}

/** The bytes of the state: version, 3 zeros, checksum of the rest, four numbers. */
export function encodeState(state: LedgerState): Buffer {
  const bytes = Buffer.alloc(STATE_BYTES);
  bytes[0] = VERSION;
  bytes.writeDoubleLE(state.entries, 8);
  bytes.writeDoubleLE(state.bytes, 16);
  bytes.writeDoubleLE(state.nextSequence, 24);
  bytes.writeDoubleLE(state.hand, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** The state in these bytes; undefined when they are damaged or of another version. */
export function decodeState(bytes: Buffer | undefined): LedgerState | undefined {
  if (bytes?.length !== STATE_BYTES || bytes[0] !== VERSION) return undefined;
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return undefined;
  return {
    entries: bytes.readDoubleLE(8),
    bytes: bytes.readDoubleLE(16),
    nextSequence: bytes.readDoubleLE(24),
    hand: bytes.readDoubleLE(32),
  };
}
