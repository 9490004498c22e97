import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

interface Identity {
  readonly ino: bigint;
  readonly dev: bigint;
}

class FileSink implements ExportSink {
  readonly canPatch = true;
  readonly canResume = true;
  readonly #path: string;
  readonly #partial: string;
  readonly #fsync: boolean;
  #handle: FileHandle | undefined;
  /** What tells the file apart from all others, also when its handle is closed. */
  #identity: Identity | undefined;
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
      this.#identity = await this.#handle.stat({ bigint: true });
      this.#position = resumeAt ?? 0;
    } catch (error) {
      throw failure('ERR_PERF_OPEN_FAILED', `opening ${this.#partial}`, error);
    }
    if (!this.#isAborted) return;
    await this.#discard(false);
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
    if (!this.#isCommitted && this.#identity !== undefined) await this.#discard(options?.keep ?? false);
  }

  async #publish(): Promise<void> {
    const handle = this.#opened();
    if (this.#fsync) await this.sync();
    const folder = this.#fsync ? await openFolder(dirname(this.#path)) : undefined;
    try {
      const aside = await this.#setAside();
      try {
        if (this.#isAborted) throw new PerfError('ERR_PERF_SINK_FAILED', `${this.#path} was given up`);
        this.#handle = undefined;
        await handle.close();
        await rename(aside, this.#path).catch((error: unknown) => this.#throwLost(error));
        this.#isCommitted = true;
      } catch (error) {
        await this.#putBack(aside);
        throw error;
      }
      await folder?.sync().catch(async (error: unknown) => {
        // A failed export leaves nothing under the final name, not even a whole file that a power cut may undo.
        await rm(this.#path, { force: true });
        throw error;
      });
    } finally {
      await folder?.close();
    }
  }

  /** Gives the file a name that nobody else has, so that no other export can put its own in the place. */
  async #setAside(): Promise<string> {
    if (!(await this.#isOurs(this.#partial))) this.#throwLost();
    const aside = `${this.#partial}.${randomUUID()}`;
    await rename(this.#partial, aside).catch((error: unknown) => this.#throwLost(error));
    if (await this.#isOurs(aside)) return aside;
    await this.#putBack(aside);
    return this.#throwLost();
  }

  /** A file is missing only where another export has removed or renamed it. */
  #throwLost(error?: unknown): never {
    if (error instanceof Error && errorCode(error) !== 'ENOENT') throw error;
    throw new PerfError('ERR_PERF_SINK_FAILED', `another export took ${this.#partial} over`);
  }

  /** Gives a file that was set aside its partial name again, unless another export has begun under it. */
  async #putBack(aside: string): Promise<void> {
    try {
      await link(aside, this.#partial);
      await rm(aside, { force: true });
    } catch (error) {
      if (errorCode(error) === 'EEXIST') await rm(aside, { force: true });
      // Some file systems have no second names.
      else await rename(aside, this.#partial).catch(unlessMissing);
    }
  }

  /** Files that were set aside by exports which ended there, killed most likely. */
  async #leftAside(): Promise<string[]> {
    const folder = dirname(this.#partial);
    const names = await readdir(folder);
    return names.filter((name) => isAside(name, basename(this.#partial))).map((name) => join(folder, name));
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
    for (const left of await this.#leftAside()) await rm(left, { force: true });
    return open(this.#partial, 'wx');
  }

  async #reopen(resumeAt: number): Promise<FileHandle> {
    for (const left of await this.#leftAside()) await this.#putBack(left);
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

  async #discard(keep: boolean): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (!keep && (await this.#isOurs(this.#partial))) await rm(this.#partial, { force: true });
    await handle?.close();
  }

  /** Whether the file at `path` is the one that was opened here. */
  async #isOurs(path: string): Promise<boolean> {
    const found = await stat(path, { bigint: true }).catch(unlessMissing);
    return found !== undefined && found.ino === this.#identity?.ino && found.dev === this.#identity.dev;
  }

  #opened(): FileHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw new PerfError('ERR_PERF_SINK_FAILED', `the sink of ${this.#path} is not open`);
  }
}

/** Whether `name` is what an export gives its partial file while it commits. */
function isAside(name: string, partial: string): boolean {
  return name.startsWith(`${partial}.`) && UUID.test(name.slice(partial.length + 1));
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

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
