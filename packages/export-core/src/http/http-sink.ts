import type { ServerResponse } from 'node:http';
import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { writableSink } from '../writable-sink.ts';
import { contentDisposition } from './content-disposition.ts';

/** How an answer is labelled. */
export interface HttpSinkOptions {
  /** Name under which a browser saves the file; any characters, see `contentDisposition`. */
  readonly fileName: string;
  /** As in `text/csv; charset=utf-8`. @default 'application/octet-stream' */
  readonly contentType?: string;
  /** As in `gzip`, for an export with `compression` that the client is to undo. @default none: the file is saved compressed */
  readonly contentEncoding?: string;
}

/**
 * A sink that answers an HTTP request with the export as a download. Headers leave with the first bytes; until then a failure leaves the
 * response untouched, and the caller can answer with an error. After that a failure destroys the socket, so that the client sees a broken
 * download and never takes a part for the whole.
 *
 * @example
 * await exportCsv(rows, httpSink(response, { fileName: 'Flüge.csv', contentType: 'text/csv; charset=utf-8' }), { signal });
 */
export function httpSink(response: ServerResponse, options: HttpSinkOptions): ExportSink {
  return new HttpSink(response, options);
}

class HttpSink implements ExportSink {
  readonly canPatch = false;
  readonly canResume = false;
  readonly #response: ServerResponse;
  readonly #options: HttpSinkOptions;
  readonly #stream: ExportSink;

  constructor(response: ServerResponse, options: HttpSinkOptions) {
    this.#response = response;
    this.#options = options;
    this.#stream = writableSink(response);
  }

  async open(resumeAt?: number): Promise<void> {
    if (this.#response.headersSent)
      throw new PerfError(
        'ERR_PERF_OPEN_FAILED',
        'the response has sent its headers before the export began',
      );
    await this.#stream.open(resumeAt);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#sendHeaders();
    await this.#stream.write(bytes);
  }

  async commit(): Promise<void> {
    this.#sendHeaders();
    await this.#stream.commit();
  }

  async abort(reason: unknown): Promise<void> {
    if (this.#response.headersSent) await this.#stream.abort(reason);
  }

  #sendHeaders(): void {
    const response = this.#response;
    if (response.headersSent) return;
    const { fileName, contentType = 'application/octet-stream', contentEncoding } = this.#options;
    response.setHeader('Content-Type', contentType);
    response.setHeader('Content-Disposition', contentDisposition(fileName));
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (contentEncoding !== undefined) response.setHeader('Content-Encoding', contentEncoding);
    response.flushHeaders();
  }
}
