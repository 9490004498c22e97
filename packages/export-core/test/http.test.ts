import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, request as requestOf } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportManifest } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import { contentDisposition, fileSink, httpSink, memorySink, serveFile } from '@perf/export-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainExporter, plainSource } from './plain-exporter.ts';

const options = { fileName: 'Flüge "2001".txt', contentType: 'text/plain; charset=utf-8' };

/** Runs `work` against a server of its own. */
async function serving<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    return await work(`http://127.0.0.1:${address.port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function wholeText(rows: number): Promise<string> {
  const sink = memorySink();
  await plainExporter.export(plainSource(rows), sink);
  return Buffer.from(sink.bytes()).toString();
}

describe('contentDisposition', () => {
  it.each([
    ['flights.csv', 'attachment; filename="flights.csv"'],
    ['Flüge.csv', `attachment; filename="Fl_ge.csv"; filename*=UTF-8''Fl%C3%BCge.csv`],
    [`it's (1).csv`, `attachment; filename="it's (1).csv"`],
    [`né's (1).csv`, `attachment; filename="n_'s (1).csv"; filename*=UTF-8''n%C3%A9%27s%20%281%29.csv`],
    ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
    ['a"\r\nSet-Cookie: x', 'attachment; filename="a___Set-Cookie: x"'],
    ['', 'attachment; filename="export"'],
    ['\ud800.csv', `attachment; filename="_.csv"; filename*=UTF-8''%EF%BF%BD.csv`],
  ])('names a download %j', (name, value) => {
    expect(contentDisposition(name)).toBe(value);
  });
});

describe('httpSink', () => {
  it('answers with the export as a download', async () => {
    const listener: RequestListener = (_request, response) => {
      void plainExporter.export(plainSource(50_000), httpSink(response, options));
    };
    await serving(listener, async (url) => {
      const response = await fetch(url);

      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(response.headers.get('content-disposition')).toContain("filename*=UTF-8''Fl%C3%BCge");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await response.text()).toBe(await wholeText(50_000));
    });
  });

  it('sends its first bytes while a slow source works on', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const source = plainSource(400);
    const slow = {
      schema: source.schema,
      async *[Symbol.asyncIterator]() {
        let count = 0;
        for await (const batch of source) {
          if (count++ === 2) await released;
          yield batch;
        }
      },
    };
    const listener: RequestListener = (_request, response) => {
      void plainExporter.export(slow, httpSink(response, options));
    };
    await serving(listener, async (url) => {
      const reader = (await fetch(url)).body?.getReader();

      const first = await reader?.read();

      expect(first?.value?.length).toBeGreaterThanOrEqual(8 * 1024);
      release();
      while ((await reader?.read())?.done === false);
    });
  });

  it('leaves the response to the caller when it fails before the first byte', async () => {
    const listener: RequestListener = (_request, response) => {
      const failing = { schema: plainSource(1).schema, [Symbol.asyncIterator]: failingBatches(0) };
      plainExporter.export(failing, httpSink(response, options)).catch((error: unknown) => {
        response.statusCode = 503;
        response.end(isPerfError(error) ? error.code : 'unknown');
      });
    };
    await serving(listener, async (url) => {
      const response = await fetch(url);

      expect([response.status, await response.text()]).toEqual([503, 'ERR_PERF_SOURCE_FAILED']);
    });
  });

  it('breaks the download when it fails later', async () => {
    const listener: RequestListener = (_request, response) => {
      const failing = { schema: plainSource(1).schema, [Symbol.asyncIterator]: failingBatches(200) };
      plainExporter.export(failing, httpSink(response, options)).catch(() => undefined);
    };
    await serving(listener, async (url) => {
      const response = await fetch(url);

      await expect(response.text()).rejects.toThrow('terminated');
    });
  });

  it('stops when the client goes away', async () => {
    let ended: (code: unknown) => void = () => undefined;
    const outcome = new Promise((resolve) => {
      ended = resolve;
    });
    const listener: RequestListener = (_request, response) => {
      const endless = {
        schema: plainSource(1).schema,
        [Symbol.asyncIterator]: failingBatches(Number.POSITIVE_INFINITY),
      };
      plainExporter
        .export(endless, httpSink(response, options))
        .then(ended, (error: unknown) => ended(isPerfError(error) ? error.code : error));
    };
    await serving(listener, async (url) => {
      const client = requestOf(url, (response) => {
        response.once('data', () => client.destroy());
      });
      client.on('error', () => undefined);
      client.end();

      expect(await outcome).toBe('ERR_PERF_SINK_FAILED');
    });
  });
});

/** Batches for ever, or until `failing` of them were read. */
function failingBatches(failing: number) {
  return async function* () {
    for (let i = 0; i < failing; i++) for await (const batch of plainSource(100)) yield batch;
    throw new Error('the server went away');
  };
}

describe('serveFile', () => {
  it('resolves when the client goes away in the middle', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-gone-'));
    const file = join(folder, 'large.txt');
    const { sha256 } = await plainExporter.export(plainSource(200_000), fileSink(file));
    const served = Promise.withResolvers<number>();
    const listener: RequestListener = (request, response) =>
      void serveFile(request, response, file, { ...options, sha256 }).then(served.resolve, served.reject);
    try {
      await serving(listener, async (url) => {
        const client = requestOf(url, (response) => {
          response.once('data', () => client.destroy());
        });
        client.on('error', () => undefined);
        client.end();

        expect(await served.promise).toBe(200);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  let folder = '';
  let path = '';
  let manifest: ExportManifest;
  let text = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perf-serve-'));
    path = join(folder, 'flights.txt');
    manifest = await plainExporter.export(plainSource(1000), fileSink(path));
    text = await wholeText(1000);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function ask(headers: Record<string, string>, method = 'GET', file = path) {
    return serving(
      (request, response) => void serveFile(request, response, file, { ...options, sha256: manifest.sha256 }),
      async (url) => {
        const response = await fetch(url, { method, headers });
        return { status: response.status, body: await response.text(), headers: response.headers };
      },
    );
  }

  it('gives the whole file with its hash as ETag', async () => {
    const { status, body, headers } = await ask({});

    expect(status).toBe(200);
    expect(body).toBe(text);
    expect(headers.get('etag')).toBe(`"${manifest.sha256}"`);
    expect(headers.get('accept-ranges')).toBe('bytes');
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=5-999999999', 5, undefined],
  ])('gives the range %s', async (range, from, to) => {
    const { status, body, headers } = await ask({ range });

    expect(status).toBe(206);
    expect(body).toBe(text.slice(from, to));
    expect(headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${manifest.bytes}$`));
  });

  it('goes on only with the file that the client has begun with', async () => {
    const same = await ask({ range: 'bytes=10-', 'if-range': `"${manifest.sha256}"` });
    const other = await ask({ range: 'bytes=10-', 'if-range': '"another"' });

    expect([same.status, other.status]).toEqual([206, 200]);
    expect(other.body).toBe(text);
  });

  it('answers what it cannot serve by its status', async () => {
    expect((await ask({ range: 'bytes=99999999-' })).status).toBe(416);
    expect((await ask({ range: 'bytes=-0' })).status).toBe(416);
    expect((await ask({ range: 'rows=1-2' })).status).toBe(200);
    expect((await ask({ range: 'bytes=5-2' })).status).toBe(200);
    expect((await ask({}, 'POST')).status).toBe(405);
    expect((await ask({}, 'GET', `${path}.missing`)).status).toBe(404);
    expect(await ask({}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});
