import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { PerfError } from '@perf/contracts';
import { messagePack } from '../bytes/serializer.ts';

/** A write that the source has not taken yet. */
export interface PendingWrite {
  readonly key: string;
  readonly value: unknown;
}

/** Bytes before each record: its length and its CRC-32. */
const HEAD = 8;

/**
 * Pending writes in a file, so that they survive the process: records are appended and flushed to the disk, and the file is emptied when
 * the source has taken all. What a crash cut off at the end is left out: it was not acknowledged.
 */
export class WriteJournal implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #serializer = messagePack();
  #end: number;
  #last: Promise<void> = Promise.resolve();
  #gathered: { readonly records: Uint8Array[]; readonly written: Promise<void> } | undefined;

  private constructor(file: FileHandle, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** Opens or makes the file, and gives what it still holds, oldest first. Readable by this user only. */
  static async open(path: string): Promise<{ journal: WriteJournal; pending: readonly PendingWrite[] }> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'a+', 0o600);
      const bytes = await file.readFile();
      const { pending, end } = readAll(bytes);
      await file.truncate(end);
      return { journal: new WriteJournal(file, end), pending };
    } catch (cause) {
      await file?.close();
      throw new PerfError('ERR_PERF_OPEN_FAILED', `the journal of writes at ${path} cannot be opened`, {
        cause,
      });
    }
  }

  /** Resolves when the record has reached the disk; records of one moment go there together. What fails leaves the file as it was. */
  append({ key, value }: PendingWrite): Promise<void> {
    const body = this.#serializer.encode([key, value]);
    const head = Buffer.allocUnsafe(HEAD);
    head.writeUInt32LE(body.byteLength, 0);
    head.writeUInt32LE(crc32(body), 4);
    this.#gathered ??= this.#gather();
    this.#gathered.records.push(head, body);
    return this.#gathered.written;
  }

  /** Empties the file, after what was appended before. */
  reset(): Promise<void> {
    return this.#next(async () => {
      this.#end = 0;
      await this.#file.truncate(0);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next(() => this.#file.close());
  }

  #gather(): { readonly records: Uint8Array[]; readonly written: Promise<void> } {
    const records: Uint8Array[] = [];
    const written = this.#next(async () => {
      this.#gathered = undefined;
      await this.#write(Buffer.concat(records));
    });
    return { records, written };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      this.#end += bytes.byteLength;
    } catch (cause) {
      await this.#file.truncate(this.#end).catch(() => undefined);
      throw new PerfError('ERR_PERF_TIER_UNAVAILABLE', 'the journal of writes cannot be written', { cause });
    }
  }

  /** Runs `work` after all that came before, whether that went well or not. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function readAll(bytes: Buffer): { pending: PendingWrite[]; end: number } {
  const serializer = messagePack();
  const pending: PendingWrite[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const end = at + HEAD + bytes.readUInt32LE(at);
    const body = bytes.subarray(at + HEAD, end);
    if (end > bytes.length || crc32(body) !== bytes.readUInt32LE(at + 4)) break;
    const record = serializer.decode(body);
    if (!Array.isArray(record) || typeof record[0] !== 'string') break;
    const value: unknown = record[1];
    pending.push({ key: record[0], value });
    at = end;
  }
  return { pending, end: at };
}
