import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorCode, failure } from '../failures.ts';
import type { ByteRange } from './byte-range.ts';
import { readByteRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import type { HttpSinkOptions } from './http-sink.ts';

/** How a finished file is served. */
export interface ServeFileOptions extends HttpSinkOptions {
  /** Lower-case hex from the manifest; becomes the ETag, so that a broken download can go on (`If-Range`). */
  readonly sha256: string;
}

/**
 * Answers a GET or HEAD request with a finished export: whole, or the one range asked for, so that a broken download can go on. 404 when
 * there is no file, 405 for other methods, 416 for a range behind its end. Resolves with the status when the answer has left or the client
 * has gone away; rejects when the file cannot be read, with the connection destroyed.
 *
 * @example
 * createServer((request, response) =>
 *   serveFile(request, response, path, { fileName: 'flights.csv', sha256: manifest.sha256 }),
 * );
 */
export async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: ServeFileOptions,
): Promise<number> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answer(response, 405, { Allow: 'GET, HEAD' });
  const file = await open(path, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw failure('ERR_PERF_OPEN_FAILED', `opening ${path}`, error);
  });
  if (file === undefined) return answer(response, 404, {});
  try {
    const { size } = await file.stat();
    const etag = `"${options.sha256}"`;
    const range = wantedRange(request, etag, size);
    if (range === 'unsatisfiable') return answer(response, 416, { 'Content-Range': `bytes */${size}` });
    const { from, to } = range === 'whole' ? { from: 0, to: size - 1 } : range;
    response.statusCode = range === 'whole' ? 200 : 206;
    setHeaders(response, { ...headersOf(options), ETag: etag, 'Content-Length': String(to - from + 1) });
    if (range !== 'whole') response.setHeader('Content-Range', `bytes ${from}-${to}/${size}`);
    if (request.method === 'HEAD' || size === 0) response.end();
    else await pipeline(file.createReadStream({ start: from, end: to, autoClose: false }), response);
    return response.statusCode;
  } catch (error) {
    if (GONE.has(errorCode(error) ?? '')) return response.statusCode;
    throw failure('ERR_PERF_SINK_FAILED', 'sending the file', error);
  } finally {
    await file.close();
  }
}

/** How a connection ends that the client has closed. */
const GONE: ReadonlySet<string> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']);

/** A range counts only while the file is the one that the client has begun with. */
function wantedRange(
  request: IncomingMessage,
  etag: string,
  size: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return 'whole';
  return readByteRange(request.headers.range, size);
}

function headersOf({
  fileName,
  contentType = 'application/octet-stream',
  contentEncoding,
}: ServeFileOptions) {
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition(fileName),
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    ...(contentEncoding === undefined ? {} : { 'Content-Encoding': contentEncoding }),
  };
}

function answer(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): number {
  response.statusCode = status;
  setHeaders(response, { ...headers, 'Content-Length': '0' });
  response.end();
  return status;
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
