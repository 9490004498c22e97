import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { MultipartUpload } from '@perf/export-core';
import { memorySink, multipartSink } from '@perf/export-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plainExporter, plainSource } from './plain-exporter.ts';

/** An object store of one object: parts by number, complete when told so, in the order told. */
class ObjectStore {
  readonly #parts = new Map<number, Buffer>();
  readonly uploads = new Set<string>();
  object: Buffer | undefined;
  failPart = 0;
  parts = 0;

  async answer(request: IncomingMessage): Promise<string> {
    const url = new URL(request.url ?? '/', 'http://store');
    const body = await buffer(request);
    switch (`${request.method} ${url.pathname}`) {
      case 'POST /create': {
        const id = `upload-${this.uploads.size + 1}`;
        this.uploads.add(id);
        return id;
      }
      case 'PUT /part': {
        const number = Number(url.searchParams.get('number'));
        if (number === this.failPart) throw new Error('the disk of the store is full');
        this.parts++;
        this.#parts.set(number, body);
        return `etag-${number}-${body.length}`;
      }
      case 'POST /complete': {
        const listed = body.toString().split(',');
        const bodies = listed.map((etag, i) => {
          const part = this.#parts.get(i + 1);
          if (part === undefined || etag !== `etag-${i + 1}-${part.length}`)
            throw new Error(`bad part ${etag}`);
          return part;
        });
        this.uploads.delete(url.searchParams.get('id') ?? '');
        this.object = Buffer.concat(bodies);
        return '';
      }
      case 'DELETE /upload':
        this.uploads.delete(url.searchParams.get('id') ?? '');
        this.#parts.clear();
        return '';
      default:
        throw new Error(`${request.method} ${request.url} is unknown`);
    }
  }
}

let store: ObjectStore;
let url = '';
const server = createServer((request, response) => {
  store.answer(request).then(
    (text) => response.end(text),
    (error: Error) => response.writeHead(507).end(error.message),
  );
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object') url = `http://127.0.0.1:${address?.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  store = new ObjectStore();
});

async function call(method: string, path: string, body?: Uint8Array): Promise<string> {
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? { method } : { method, body: Buffer.from(body) },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

const upload: MultipartUpload = {
  create: () => call('POST', '/create'),
  uploadPart: ({ uploadId, partNumber, bytes }) =>
    call('PUT', `/part?id=${uploadId}&number=${partNumber}`, bytes),
  complete: async ({ uploadId, parts }) => {
    await call('POST', `/complete?id=${uploadId}`, Buffer.from(parts.map(({ etag }) => etag).join(',')));
  },
  abort: async ({ uploadId }) => {
    await call('DELETE', `/upload?id=${uploadId}`);
  },
};

describe('multipartSink', () => {
  it.each([1, 2, 3])('uploads parts in order, %i at a time', async (parallel) => {
    const whole = memorySink();
    await plainExporter.export(plainSource(30_000), whole);

    const manifest = await plainExporter.export(
      plainSource(30_000),
      multipartSink(upload, { partBytes: 300_000, parallel }),
    );

    expect(store.object?.equals(whole.bytes())).toBe(true);
    expect(store.parts).toBe(Math.ceil(manifest.bytes / 300_000));
    expect(store.uploads.size).toBe(0);
  });

  it('uploads an output of less than a part as one part', async () => {
    await plainExporter.export(plainSource(1), multipartSink(upload));

    expect(store.parts).toBe(1);
    expect(store.object?.toString()).toContain('text of row 0');
  });

  it('drops the upload when a part is refused, and shows no object', async () => {
    store.failPart = 3;

    await expect(
      plainExporter.export(plainSource(30_000), multipartSink(upload, { partBytes: 300_000 })),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_SINK_FAILED',
      message: 'writing to the sink failed: the disk of the store is full',
    });

    expect(store.uploads.size).toBe(0);
    expect(store.object).toBeUndefined();
  });

  it('drops the upload when the export is aborted', async () => {
    const controller = new AbortController();
    const source = plainSource(1_000_000);
    const sink = multipartSink(
      {
        ...upload,
        uploadPart: async (part) => {
          if (part.partNumber === 2) controller.abort(new Error('enough'));
          return upload.uploadPart(part);
        },
      },
      { partBytes: 300_000 },
    );

    await expect(plainExporter.export(source, sink, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });

    expect(store.uploads.size).toBe(0);
    expect(store.object).toBeUndefined();
  });

  it('refuses a checkpoint, as its parts cannot be cut', async () => {
    const checkpoint = {
      load: async () => undefined,
      save: async () => undefined,
      remove: async () => undefined,
    };

    await expect(
      plainExporter.export(plainSource(10), multipartSink(upload), { checkpoint }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });

  it.each([{ partBytes: 0 }, { parallel: 1.5 }])('refuses %o', (options) => {
    expect(() => multipartSink(upload, options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
