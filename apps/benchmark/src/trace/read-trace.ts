import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PerfError, throwIfAborted } from '@perf/contracts';
import type { Trace } from './trace.ts';
import { TraceBuilder } from './trace.ts';

/** What a trace is called in a folder; other files there are no traces. */
const TRACE_NAME = /\.(txt|trace|keys)(\.gz)?$/i;

/** The files that paths stand for: files themselves, and the traces of folders by name. */
export async function traceFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((cause: unknown) => {
      throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${path}`, { cause });
    });
    if (!found.isDirectory()) {
      files.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) => TRACE_NAME.test(name)).toSorted();
    if (names.length === 0)
      throw new PerfError('ERR_PERF_OPEN_FAILED', `${path} holds no .txt, .trace or .keys, plain or .gz`);
    files.push(...names.map((name) => join(path, name)));
  }
  return files;
}

/** Reads one key per line; empty lines are skipped. What begins as gzip does is unpacked. */
export async function readTrace(file: string, signal: AbortSignal): Promise<Trace> {
  const builder = new TraceBuilder();
  try {
    const source = createReadStream(file);
    const packed = (await isGzip(file)) ? createGunzip() : new PassThrough();
    // Failures and aborts of the pipeline reach the loop below through its last stream.
    const lines = pipeline(source, packed, { signal });
    lines.catch(() => undefined);
    await addLines(packed.setEncoding('utf8'), builder);
    await lines;
  } catch (cause) {
    throwIfAborted(signal, 'reading traces');
    throw new PerfError('ERR_PERF_SOURCE_FAILED', `cannot read the trace ${file}`, { cause });
  }
  const trace = builder.build(basename(file).replace(TRACE_NAME, ''));
  if (trace.requests.length === 0)
    throw new PerfError('ERR_PERF_SOURCE_FAILED', `the trace ${file} holds no key`);
  return trace;
}

async function addLines(chunks: AsyncIterable<string>, builder: TraceBuilder): Promise<void> {
  let rest = '';
  for await (const chunk of chunks) {
    const keys = (rest + chunk).split(/\r?\n/);
    rest = keys.pop() ?? '';
    for (const key of keys) if (key !== '') builder.add(key);
  }
  if (rest !== '') builder.add(rest);
}

async function isGzip(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}
