import { crc32 } from 'node:zlib';
import { PerfError } from '@perf/contracts';
import type { Block } from './block.ts';
import { deflateBlock } from './deflate-block.ts';
import type { Packer } from './packer.ts';
import { SpentBuffers } from './spent-buffers.ts';
import type { ZipEntry } from './zip-records.ts';
import { MAX_UINT32, archiveEnd, dataDescriptor, directoryEntry, localHeader } from './zip-records.ts';

/** An entry that goes into the archive as it is, compressed already. */
export interface ZipCopy {
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Bytes of the content. */
  readonly size: number;
  /** The bytes as they stand in an archive. */
  readonly bytes: Uint8Array;
}

/** What a block is to a `ZipPacker`; a block without a mark goes on with the entry before it. */
export interface ZipMark {
  /** An entry begins with this block. @param zip64 that its content or its packed bytes may pass 4 GiB; some readers refuse it where it is not needed. @default false */
  readonly begins?: { readonly name: string; readonly zip64?: boolean };
  /** Entries to copy before this block's bytes. */
  readonly copies?: readonly ZipCopy[];
  /** The entry ends with this block. */
  readonly ends?: true;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING = new Uint8Array(0);
const DEFLATE = 8;

/**
 * A zip archive whose entries are deflated in blocks side by side. Marks of the blocks say where entries begin and end (`ZipMark`).
 * Time stamps are fixed, so equal blocks give equal archives. ZIP64 records stand only where a number needs them.
 */
export class ZipPacker implements Packer {
  readonly parallel = 2;
  readonly #level: number;
  /** Bytes framed so far. */
  #position = 0;
  #entries: Writable<ZipEntry>[] = [];
  /** The entry that blocks to compress, and blocks to frame, belong to. */
  #filling: Writable<ZipEntry> | undefined;
  #framing: Writable<ZipEntry> | undefined;
  /** Begun by `compress`, not yet by `frame`. */
  readonly #begun: Writable<ZipEntry>[] = [];
  readonly #spent = new SpentBuffers();

  /** @param level 1 (fast) to 9 (small) */
  constructor(level: number) {
    this.#level = level;
  }

  begin(): Uint8Array {
    return NOTHING;
  }

  async compress(block: Block, isLast: boolean): Promise<Uint8Array> {
    const mark = markOf(block.mark);
    if (mark.begins !== undefined) this.#beginEntry(mark.begins.name, mark.begins.zip64 === true);
    const entry = this.#filling;
    if (entry === undefined) {
      if (block.length > 0) throw new PerfError('ERR_PERF_UNSUPPORTED', 'bytes stand outside of any entry');
      return NOTHING;
    }
    const bytes = block.filled();
    entry.crc = crc32(bytes, entry.crc);
    entry.size += bytes.length;
    const isEnd = mark.ends === true || isLast;
    if (isEnd) this.#filling = undefined;
    if (bytes.length === 0 && !isEnd) return NOTHING;
    return deflateBlock(bytes, { level: this.#level, isLast: isEnd });
  }

  frame(compressed: Uint8Array, mark: unknown): readonly Uint8Array[] {
    const { begins, copies, ends } = markOf(mark);
    const pieces: Uint8Array[] = [];
    for (const copy of copies ?? []) this.#copyEntry(pieces, copy);
    if (begins !== undefined) {
      this.#framing = this.#begun.shift();
      if (this.#framing !== undefined) {
        this.#framing.offset = this.#position;
        this.#push(pieces, localHeader(this.#framing));
      }
    }
    const entry = this.#framing;
    if (entry === undefined) return pieces;
    entry.packed += compressed.length;
    this.#push(pieces, compressed);
    this.#spent.add(compressed);
    if (ends === true) this.#endEntry(pieces, entry);
    return pieces;
  }

  end(): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    if (this.#framing !== undefined) this.#endEntry(pieces, this.#framing);
    const directory = Buffer.concat(this.#entries.map(directoryEntry));
    const offset = this.#position;
    this.#push(pieces, directory);
    this.#push(pieces, archiveEnd(this.#entries.length, directory.length, offset));
    return pieces;
  }

  state(): Readonly<Record<string, unknown>> {
    return {
      position: this.#position,
      entries: this.#entries.map((entry) => ({ ...entry })),
      open: this.#framing === undefined ? null : { ...this.#framing },
    };
  }

  resume({ position, entries, open }: Readonly<Record<string, unknown>>): void {
    if (typeof position !== 'number' || !Array.isArray(entries)) throw noState();
    this.#position = position;
    this.#entries = entries.map((entry) => ({ ...entryOf(entry) }));
    this.#framing = open === null ? undefined : { ...entryOf(open) };
    this.#filling = this.#framing;
  }

  #beginEntry(name: string, zip64: boolean): void {
    const entry: ZipEntry = {
      name,
      method: DEFLATE,
      crc: 0,
      size: 0,
      packed: 0,
      offset: 0,
      isStreamed: true,
      zip64,
    };
    this.#filling = { ...entry };
    this.#begun.push(this.#filling);
  }

  #endEntry(pieces: Uint8Array[], entry: Writable<ZipEntry>): void {
    if (!entry.zip64 && (entry.size >= MAX_UINT32 || entry.packed >= MAX_UINT32))
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        `${entry.name} passes the 4 GiB that one file of a plain archive may hold`,
      );
    this.#push(pieces, dataDescriptor(entry));
    this.#entries.push(entry);
    this.#framing = undefined;
  }

  #copyEntry(pieces: Uint8Array[], { name, method, crc, size, bytes }: ZipCopy): void {
    const entry: ZipEntry = {
      name,
      method,
      crc,
      size,
      packed: bytes.length,
      offset: this.#position,
      isStreamed: false,
      zip64: size >= MAX_UINT32 || bytes.length >= MAX_UINT32,
    };
    this.#push(pieces, localHeader(entry));
    this.#push(pieces, bytes);
    this.#entries.push(entry);
  }

  #push(pieces: Uint8Array[], bytes: Uint8Array): void {
    this.#position += bytes.length;
    pieces.push(bytes);
  }
}

function markOf(mark: unknown): ZipMark {
  return isRecord(mark) ? mark : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function entryOf(value: unknown): ZipEntry {
  if (!isRecord(value)) throw noState();
  const { name, method, crc, size, packed, offset, isStreamed, zip64 } = value;
  const numbers = [method, crc, size, packed, offset];
  if (typeof name !== 'string' || !numbers.every((number) => typeof number === 'number')) throw noState();
  return {
    name,
    method: Number(method),
    crc: Number(crc),
    size: Number(size),
    packed: Number(packed),
    offset: Number(offset),
    isStreamed: isStreamed === true,
    zip64: zip64 === true,
  };
}

function noState(): PerfError {
  return new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of a zip archive');
}
