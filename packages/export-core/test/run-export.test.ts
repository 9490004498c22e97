import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  Batch,
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Progress,
} from '@perf/contracts';
import { batchSource, channels } from '@perf/contracts';
import type { ExportRun } from '@perf/export-core';
import { fileSink, memorySink, runExport } from '@perf/export-core';
import { FakeClock, FaultySink } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encoderOf, schema } from './plain-encoder.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-run-'));
  path = join(folder, 'out.txt');
});
afterEach(() => rm(folder, { recursive: true }));

function batchOf(from: number, length: number): Batch {
  const rows = Array.from({ length }, (_, i) => [from + i, `text of row ${from + i}`.padEnd(100)]);
  return { kind: 'rows', schema, layout: 'arrays', rows };
}

async function* batches(count: number, length: number): AsyncGenerator<Batch> {
  for (let i = 0; i < count; i++) yield batchOf(i * length, length);
}

async function run(
  source: AsyncIterable<Batch>,
  sink: ExportSink,
  options: ExportOptions = {},
  more: Partial<ExportRun> = {},
): Promise<ExportManifest> {
  const encoder = (): ReturnType<typeof encoderOf> => encoderOf();
  return runExport({
    format: 'plain',
    source: 'schema' in source ? { ...source, schema } : batchSource(schema, source),
    sink,
    options,
    encoder,
    ...more,
  });
}

const done = async (): Promise<void> => undefined;
const nowhere: ExportSink = {
  canPatch: false,
  canResume: false,
  open: done,
  write: done,
  commit: done,
  abort: done,
};

/** A source that goes on for ever, and tells when it was closed. */
function endless(): { source: BatchSource; isClosed: () => boolean } {
  let closed = false;
  const source: BatchSource = {
    schema,
    async *[Symbol.asyncIterator]() {
      try {
        for (let i = 0; ; i++) yield batchOf(i * 100, 100);
      } finally {
        closed = true;
      }
    },
  };
  return { source, isClosed: () => closed };
}

describe('the manifest', () => {
  it.each([
    [1, 'worker'],
    [9, 'worker'],
    [60, 'worker'],
    [60, 'caller'],
  ] as const)('has the SHA-256 of the output of %i batches, hashed on the %s', async (count, hashOn) => {
    const sink = memorySink();

    const manifest = await run(batches(count, 1000), sink, {}, { hashOn });

    const bytes = sink.bytes();
    expect(manifest).toMatchObject({
      rows: count * 1000,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      warnings: [],
      schema,
    });
  });

  it('is true of many exports at once', async () => {
    const sinks = [1, 30, 12].map((count) => ({ count, sink: memorySink() }));

    const manifests = await Promise.all(
      sinks.map(async ({ count, sink }) => run(batches(count, 1000), sink)),
    );

    expect(manifests.map(({ sha256 }) => sha256)).toEqual(
      sinks.map(({ sink }) => createHash('sha256').update(sink.bytes()).digest('hex')),
    );
  });

  it('comes on the export channel too, and failures with their code', async () => {
    const messages: unknown[] = [];
    const listen = (message: unknown): void => void messages.push(message);
    subscribe(channels.export, listen);

    await run(batches(1, 5), memorySink());
    await run(endless().source, memorySink(), { signal: AbortSignal.abort() }).catch(() => undefined);
    unsubscribe(channels.export, listen);

    expect(messages).toEqual([
      expect.objectContaining({ format: 'plain', rows: 5 }),
      expect.objectContaining({ format: 'plain', rows: 0, error: 'ERR_PERF_ABORTED' }),
    ]);
  });
});

describe('progress', () => {
  it('comes once per interval and at the end, with the rate of the last seconds and the time left', async () => {
    const clock = new FakeClock();
    const seen: Progress[] = [];
    const ticking = async function* (): AsyncGenerator<Batch> {
      for (let i = 0; i < 100; i++) {
        clock.advance(i < 50 ? 100 : 50);
        yield batchOf(i * 10, 10);
      }
    };

    await run(
      ticking(),
      memorySink(),
      { onProgress: (p) => seen.push(p), totalRows: 1000 },
      { now: clock.now },
    );

    expect(seen.length).toBeGreaterThan(20);
    expect(seen.length).toBeLessThan(33);
    expect(seen[0]).toMatchObject({
      rows: 30,
      elapsedMs: 300,
      rowsPerSecond: 100,
      totalRows: 1000,
      etaMs: 9700,
    });
    expect(seen.at(-1)).toMatchObject({ rows: 1000, etaMs: 0, elapsedMs: 7500 });
    expect(seen.at(-1)?.rowsPerSecond).toBeGreaterThan(130);
  });

  it('gives the event loop a turn for every few milliseconds of its work', async () => {
    const prepared = Array.from({ length: 100 }, (_, i) => batchOf(i, 4096));
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const before = process.cpuUsage();

    await run(batchSource(schema, prepared), nowhere, {}, { hashOn: 'caller' });
    running = false;

    // Processor time, not wall time: what a shared machine takes away does not count. The bound is 10 ms.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / turns).toBeLessThan(20);
  });
});

describe('a failure before the first row', () => {
  it('disposes the source, which nobody has read', async () => {
    let disposed = 0;
    const source = {
      ...batchSource(schema, batches(1, 1)),
      [Symbol.asyncDispose]: async () => {
        disposed++;
      },
    };

    await expect(run(source, fileSink(join(folder, 'no', 'such', 'folder')))).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });

    expect(disposed).toBe(1);
  });
});

describe('an abort', () => {
  it('stops a running export, closes its source and removes its file', async () => {
    const controller = new AbortController();
    const { source, isClosed } = endless();
    const running = run(source, fileSink(path), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 30);

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED', cause: { message: 'enough' } });

    expect(await readdir(folder)).toEqual([]);
    expect(isClosed()).toBe(true);
  });

  it('stops an export whose source hangs', async () => {
    const hanging = async function* (): AsyncGenerator<Batch> {
      yield batchOf(0, 10);
      await new Promise(() => undefined);
    };

    await expect(run(hanging(), fileSink(path), { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops an export whose sink hangs, and cleans up when it no longer does', async () => {
    const sink = new FaultySink(fileSink(path));
    const slow = async function* (): AsyncGenerator<Batch> {
      for await (const batch of batches(1000, 1000)) {
        sink.hang();
        yield batch;
      }
    };
    await expect(run(slow(), sink, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    sink.release();

    await expect.poll(() => readdir(folder)).toEqual([]);
  });

  it('comes too late when the commit comes through', async () => {
    const controller = new AbortController();
    const inner = memorySink();
    const sink: ExportSink = {
      canPatch: false,
      canResume: false,
      open: () => inner.open(),
      write: (bytes) => inner.write(bytes),
      commit: async () => {
        controller.abort();
        await inner.commit();
      },
      abort: async () => undefined,
    };

    await expect(run(batches(1, 3), sink, { signal: controller.signal })).resolves.toMatchObject({ rows: 3 });
  });
});

describe('a failure', () => {
  it.each(['open', 'write', 'commit'] as const)('of the sink to %s leaves nothing behind', async (method) => {
    const sink = new FaultySink(fileSink(path));
    const cause = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    sink.failNext(method, cause);
    const { source, isClosed } = endless();
    const input = method === 'commit' ? batchSource(schema, batches(3, 10)) : source;

    const error: unknown = await run(input, sink).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'ERR_PERF_SINK_FAILED', cause });
    expect(String(error)).toContain('the disk is full');
    expect(await readdir(folder)).toEqual([]);
    expect(isClosed()).toBe(method === 'write');
  });

  it('of the source midway leaves nothing behind', async () => {
    const cause = new RangeError('the server went away');
    const failing = async function* (): AsyncGenerator<Batch> {
      yield* batches(20, 1000);
      throw cause;
    };

    await expect(run(failing(), fileSink(path))).rejects.toMatchObject({
      code: 'ERR_PERF_SOURCE_FAILED',
      cause,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a progress listener ends the export as it is', async () => {
    const cause = new Error('the listener is broken');

    await expect(
      run(batches(1, 1), fileSink(path), {
        onProgress: () => {
          throw cause;
        },
      }),
    ).rejects.toBe(cause);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is what an asked checkpoint gives', async () => {
    const checkpoint = {
      load: async () => undefined,
      save: async () => undefined,
      remove: async () => undefined,
    };

    await expect(run(batches(1, 1), memorySink(), { checkpoint })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
  });
});

describe('the process', () => {
  const script = `
    import { batchSource } from '@perf/contracts';
    import { memorySink, runExport } from '@perf/export-core';
    import { encoderOf, schema } from './test/plain-encoder.ts';
    const rows = Array.from({ length: 60_000 }, (_, i) => [i, 'x'.repeat(100)]);
    const source = batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]);
    const run = { format: 'plain', source, sink: memorySink(), options: {}, encoder: () => encoderOf() };
    const result = await runExport(run).catch((error) => error);
    console.log(result.code ?? result.sha256.length);`;

  async function outputOf(...flags: readonly string[]): Promise<string> {
    const argv = ['--conditions=@perf/source', ...flags, '--input-type=module-typescript', '--eval', script];
    const options = { cwd: join(import.meta.dirname, '..'), timeout: 20_000 };
    return (await promisify(execFile)(process.execPath, argv, options)).stdout.trim();
  }

  it('ends by itself after an export that was hashed in a thread', async () => {
    expect(await outputOf()).toBe('64');
  });

  it('that may not start threads gets an error, not another hash', async () => {
    expect(await outputOf('--permission', '--allow-fs-read=*')).toBe('ERR_PERF_UNSUPPORTED');
  });
});
