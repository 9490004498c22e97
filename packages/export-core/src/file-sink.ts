import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, failure } from './failures.ts';

/** Bytes after which a sync is started beside the writing. */
const SYNC_BYTES = 16 * 1024 * 1024;
/** Bytes read at a time. */
const READ_BYTES = 1024 * 1024;

/** How a file is written. */
export interface FileSinkOptions {
  /**
   * Forces file and folder to the disk before the export counts as done, so that the file survives a power cut.
   * @default true
   */
  readonly fsync?: boolean;
  /** Where bytes stand until the rename; on the same disk as the file. @default `<path>.partial` */
  readonly partialPath?: string;
}

/**
 * A sink that writes `<path>.partial` and renames it to `path` at the end. Until then a file that stands at `path` stays as it
 * is; after a failure the partial file is removed. Two exports to one path never mix: the later one takes the partial file
 * over, and the earlier one fails when it commits.
 *
 * @example
 * await exportCsv(rows, fileSink('out/flights.csv'));
 */
export function fileSink(path: string, options: FileSinkOptions = {}): ExportSink {
  return new FileSink(path, options);
}

class FileSink implements ExportSink {
  readonly canPatch = true;
  readonly canResume = true;
  readonly #path: string;
  readonly #partial: string;
  readonly #fsync: boolean;
  #handle: FileHandle | undefined;
  #position = 0;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #isAborted = false;
  #committing: Promise<void> | undefined;
  #isCommitted = false;

  constructor(path: string, { fsync = true, partialPath = `${path}.partial` }: FileSinkOptions) {
    if (typeof path !== 'string' || path === '')
      throw new PerfError('ERR_PERF_INVALID_OPTION', 'fileSink needs the path of a file');
    this.#path = path;
    this.#partial = partialPath;
    this.#fsync = fsync;
  }

  async open(resumeAt?: number): Promise<void> {
    if (this.#handle !== undefined)
      throw new PerfError('ERR_PERF_OPEN_FAILED', `the sink of ${this.#path} is open already`);
    try {
      await this.#refuseOddTarget();
      this.#handle = resumeAt === undefined ? await this.#create() : await this.#reopen(resumeAt);
      this.#position = resumeAt ?? 0;
    } catch (error) {
      throw failure('ERR_PERF_OPEN_FAILED', `opening ${this.#partial}`, error);
    }
    if (!this.#isAborted) return;
    await this.#discard(this.#handle, false);
    throw new PerfError('ERR_PERF_OPEN_FAILED', `${this.#path} was given up while it was opened`);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writeAll(bytes, this.#position);
    this.#position += bytes.length;
    this.#unsynced += bytes.length;
    if (this.#fsync && this.#unsynced >= SYNC_BYTES) await this.#syncAhead();
  }

  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    await this.#writeAll(bytes, position);
  }

  async *read(length: number): AsyncGenerator<Uint8Array> {
    const handle = this.#opened();
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (let at = 0; at < length;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(READ_BYTES, length - at), at);
      if (bytesRead === 0) throw new Error(`${this.#partial} is shorter than ${length} bytes`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async sync(): Promise<void> {
    const handle = this.#opened();
    await this.#syncing;
    await handle.sync();
    this.#unsynced = 0;
  }

  async commit(): Promise<void> {
    this.#committing = this.#publish();
    await this.#committing;
  }

  async abort(_reason: unknown, options?: { readonly keep: boolean }): Promise<void> {
    this.#isAborted = true;
    // A commit that runs already stops before its rename, or has passed it and comes through.
    await this.#committing?.catch(() => undefined);
    const handle = this.#handle;
    if (this.#isCommitted || handle === undefined) return;
    await this.#discard(handle, options?.keep ?? false);
  }

  async #publish(): Promise<void> {
    const handle = this.#opened();
    if (this.#fsync) await this.sync();
    const whole = await this.#setAside(handle);
    const folder = this.#fsync ? await openFolder(dirname(this.#path)) : undefined;
    try {
      if (this.#isAborted) throw new PerfError('ERR_PERF_SINK_FAILED', `${this.#path} was given up`);
      await handle.close();
      this.#handle = undefined;
      await rename(whole, this.#path);
      this.#isCommitted = true;
      await folder?.sync().catch(async (error: unknown) => {
        // A failed export leaves nothing under the final name, not even a whole file that a power cut may undo.
        await rm(this.#path, { force: true });
        throw error;
      });
    } finally {
      if (!this.#isCommitted) await rm(whole, { force: true });
      await folder?.close();
    }
  }

  /** Gives the file a name that nobody else has, so that no other export can put its own in the place. */
  async #setAside(handle: FileHandle): Promise<string> {
    const lost = (): PerfError =>
      new PerfError('ERR_PERF_SINK_FAILED', `another export took ${this.#partial} over`);
    if (!(await this.#isOurs(handle, this.#partial))) throw lost();
    const aside = `${this.#partial}.${randomUUID()}`;
    await rename(this.#partial, aside).catch((error: unknown) => {
      throw errorCode(error) === 'ENOENT' ? lost() : error;
    });
    if (await this.#isOurs(handle, aside)) return aside;
    // It is another export's, which took the name over just now: it gets it back, unless it has begun anew.
    await link(aside, this.#partial).catch(ignore);
    await rm(aside);
    throw lost();
  }

  async #refuseOddTarget(): Promise<void> {
    const target = await stat(this.#path).catch(unlessMissing);
    if (target !== undefined && !target.isFile())
      throw new PerfError(
        'ERR_PERF_OPEN_FAILED',
        `${this.#path} is a ${target.isDirectory() ? 'folder' : 'device or pipe'}, which a file cannot replace`,
      );
  }

  async #create(): Promise<FileHandle> {
    await rm(this.#partial, { force: true });
    return open(this.#partial, 'wx');
  }

  async #reopen(resumeAt: number): Promise<FileHandle> {
    const handle = await open(this.#partial, 'r+').catch((cause: unknown) => {
      if (errorCode(cause) !== 'ENOENT') throw cause;
      const what = `${this.#partial} is gone: the export was finished or removed; remove the checkpoint and start again`;
      throw new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', what, { cause });
    });
    const { size } = await handle.stat();
    if (size >= resumeAt) {
      await handle.truncate(resumeAt);
      return handle;
    }
    await handle.close();
    throw new PerfError(
      'ERR_PERF_CHECKPOINT_MISMATCH',
      `${this.#partial} holds ${size} bytes, the checkpoint counts ${resumeAt}`,
    );
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    const handle = this.#opened();
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
      if (bytesWritten === 0) throw new Error(`${this.#partial} takes no more bytes`);
      done += bytesWritten;
    }
  }

  /** Starts to bring to the disk what was written, so that little is left to wait for at the end. */
  async #syncAhead(): Promise<void> {
    await this.#syncing;
    this.#unsynced = 0;
    this.#syncing = this.#opened().datasync();
    this.#syncing.catch(ignore);
  }

  async #discard(handle: FileHandle, keep: boolean): Promise<void> {
    this.#handle = undefined;
    if (!keep && (await this.#isOurs(handle, this.#partial))) await rm(this.#partial, { force: true });
    await handle.close();
  }

  /** Whether the file at `path` is the one that was opened here. */
  async #isOurs(handle: FileHandle, path: string): Promise<boolean> {
    const [ours, found] = await Promise.all([
      handle.stat({ bigint: true }),
      stat(path, { bigint: true }).catch(unlessMissing),
    ]);
    return found !== undefined && found.ino === ours.ino && found.dev === ours.dev;
  }

  #opened(): FileHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw new PerfError('ERR_PERF_SINK_FAILED', `the sink of ${this.#path} is not open`);
  }
}

/** Whoever awaits the promise later hears of it. */
function ignore(): void {}

function unlessMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}

/** The folder's handle for `sync`, or undefined on systems that cannot open folders. */
async function openFolder(path: string): Promise<FileHandle | undefined> {
  if (process.platform === 'win32') return undefined;
  return open(path, 'r');
}
