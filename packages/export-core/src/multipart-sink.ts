import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** One part that the store has. */
export interface UploadedPart {
  /** From 1. */
  readonly partNumber: number;
  readonly etag: string;
}

/**
 * The four calls of an object store's multipart upload, as S3 and those like it have them; the caller makes them of its client. A call that
 * rejects fails the export: retry inside, where the client knows what may be tried again.
 */
export interface MultipartUpload {
  /** Begins, and gives the upload's id. */
  create(): Promise<string>;
  /** Stores one part and gives its ETag. May be called again before an earlier call has ended. The bytes stay as they are until it ends. */
  uploadPart(part: {
    readonly uploadId: string;
    readonly partNumber: number;
    readonly bytes: Uint8Array;
  }): Promise<string>;
  /** Makes the object of all parts, in order. Until then nothing can be read. */
  complete(upload: { readonly uploadId: string; readonly parts: readonly UploadedPart[] }): Promise<void>;
  /** Drops all parts. */
  abort(upload: { readonly uploadId: string }): Promise<void>;
}

/** How an upload is cut. */
export interface MultipartSinkOptions {
  /** Bytes of every part but the last. S3 wants 5 MiB at least, and takes 10,000 parts. @default 8 MiB */
  readonly partBytes?: number;
  /** Parts on their way at a time; each holds its bytes. @default 2 */
  readonly parallel?: number;
}

const PART_BYTES = 8 * 1024 * 1024;

/**
 * A sink that uploads the output in parts to an object store. The object appears whole when the export has committed, or not at all.
 *
 * @example
 * const sink = multipartSink({
 *   create: async () => (await s3.createMultipartUpload({ Bucket, Key })).UploadId,
 *   uploadPart: async ({ uploadId, partNumber, bytes }) =>
 *     (await s3.uploadPart({ Bucket, Key, UploadId: uploadId, PartNumber: partNumber, Body: bytes })).ETag,
 *   …
 * });
 */
export function multipartSink(upload: MultipartUpload, options: MultipartSinkOptions = {}): ExportSink {
  const { partBytes = PART_BYTES, parallel = 2 } = options;
  for (const [name, value] of Object.entries({ partBytes, parallel }))
    if (!Number.isInteger(value) || value < 1)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be a positive integer, got ${value}`);
  return new MultipartSink(upload, partBytes, parallel);
}

class MultipartSink implements ExportSink {
  readonly canPatch = false;
  readonly canResume = false;
  readonly #upload: MultipartUpload;
  readonly #partBytes: number;
  readonly #parallel: number;
  readonly #parts: UploadedPart[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #free: Buffer[] = [];
  #creating: Promise<string> | undefined;
  #uploadId: string | undefined;
  #part: Buffer | undefined;
  #length = 0;
  #count = 0;
  #failure: { readonly cause: unknown } | undefined;
  #isDone = false;

  constructor(upload: MultipartUpload, partBytes: number, parallel: number) {
    this.#upload = upload;
    this.#partBytes = partBytes;
    this.#parallel = parallel;
  }

  async open(resumeAt?: number): Promise<void> {
    if (resumeAt !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'an upload in parts cannot go on from an earlier run');
    this.#creating = this.#upload.create();
    this.#uploadId = await this.#creating;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const part = (this.#part ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#partBytes));
      const taken = Math.min(bytes.length - from, this.#partBytes - this.#length);
      part.set(bytes.subarray(from, from + taken), this.#length);
      this.#length += taken;
      from += taken;
      if (this.#length === this.#partBytes) await this.#send();
    }
  }

  async commit(): Promise<void> {
    // An upload without any part cannot be completed: an empty output is one empty part.
    if (this.#length > 0 || this.#count === 0) await this.#send();
    await Promise.all(this.#running);
    this.#throwFailure();
    const parts = this.#parts.toSorted((a, b) => a.partNumber - b.partNumber);
    await this.#upload.complete({ uploadId: this.#opened(), parts });
    this.#isDone = true;
  }

  async abort(): Promise<void> {
    // An upload that is being created when the export ends is dropped too; one that was not is nobody's.
    const uploadId = await this.#creating?.catch(() => undefined);
    if (this.#isDone || uploadId === undefined) return;
    this.#creating = undefined;
    this.#uploadId = undefined;
    // A part that arrives after the abort would stay in the store, and be paid for.
    await Promise.all(this.#running);
    await this.#upload.abort({ uploadId });
  }

  async #send(): Promise<void> {
    while (this.#running.size >= this.#parallel) await Promise.race(this.#running);
    this.#throwFailure();
    const uploadId = this.#opened();
    const partNumber = ++this.#count;
    const part = this.#part ?? Buffer.alloc(0);
    const bytes = part.subarray(0, this.#length);
    this.#part = undefined;
    this.#length = 0;
    const running: Promise<void> = this.#store({ uploadId, partNumber, bytes }).finally(() => {
      this.#running.delete(running);
      if (part.length === this.#partBytes) this.#free.push(part);
    });
    this.#running.add(running);
  }

  /** Never rejects: the first failure is told by the next write. */
  async #store(part: Parameters<MultipartUpload['uploadPart']>[0]): Promise<void> {
    try {
      const etag = await this.#upload.uploadPart(part);
      this.#parts.push({ partNumber: part.partNumber, etag });
    } catch (cause) {
      this.#failure ??= { cause };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  #opened(): string {
    if (this.#uploadId !== undefined) return this.#uploadId;
    throw new PerfError('ERR_PERF_SINK_FAILED', 'the sink is not open');
  }
}
