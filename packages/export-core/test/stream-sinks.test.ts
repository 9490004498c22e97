import { createWriteStream } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { memorySink, webSink, writableSink } from '@perf/export-core';
import { describe, expect, it } from 'vitest';

const bytes = (value: string): Uint8Array => Buffer.from(value);

describe('writableSink', () => {
  it('ends the stream when it commits', async () => {
    const stream = new PassThrough();
    const received = text(stream);
    const sink = writableSink(stream);

    await sink.open();
    await sink.write(bytes('a'));
    await sink.write(bytes('b'));
    await sink.commit();

    expect(await received).toBe('ab');
  });

  it('lets the writer have its buffer back while the stream still holds the bytes', async () => {
    const stream = new PassThrough({ highWaterMark: 1000 });
    const sink = writableSink(stream);
    await sink.open();
    const buffer = Buffer.from('first');

    await sink.write(buffer);
    buffer.write('XXXXX');
    const received = text(stream);
    await sink.commit();

    expect(await received).toBe('first');
  });

  it('waits for a stream that is slow', async () => {
    let release = (): void => undefined;
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        release = done;
      },
    });
    const sink = writableSink(stream);
    await sink.open();
    let isWritten = false;
    const writing = sink.write(bytes('x')).then(() => (isWritten = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isWritten).toBe(false);

    release();
    await writing;

    expect(isWritten).toBe(true);
  });

  it('destroys the stream when it is given up, so that no receiver takes a part for the whole', async () => {
    const stream = new PassThrough();
    const received = text(stream);
    const sink = writableSink(stream);
    await sink.open();
    await sink.write(bytes('part'));

    await sink.abort(new Error('stopped'));

    await expect(received).rejects.toThrow('stopped');
    expect(stream.destroyed).toBe(true);
  });

  it('fails when the stream is closed while it is written', async () => {
    const stream = new Writable({ write: () => undefined });
    const sink = writableSink(stream);
    await sink.open();
    const writing = sink.write(bytes('x'));

    stream.destroy();

    await expect(writing).rejects.toThrow(/closed before its end|destroyed/);
    await expect(sink.write(bytes('y'))).rejects.toThrow(/closed|destroyed/);
  });

  it('reports a full disk', async () => {
    const sink = writableSink(createWriteStream('/dev/full'));
    await sink.open();

    await expect(sink.write(bytes('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
    await sink.abort(new Error('full'));
  });

  it('refuses a stream that is done, and a position to go on from', async () => {
    const stream = new PassThrough();
    await expect(writableSink(stream).open(1)).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
    stream.destroy();

    await expect(writableSink(stream).open()).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
  });
});

describe('webSink', () => {
  it('closes the stream when it commits, and copies what it is given', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const received = new Response(readable).text();
    const sink = webSink(writable);
    const buffer = Buffer.from('ab');

    await sink.open();
    await sink.write(buffer);
    buffer.write('XX');
    await sink.commit();

    expect(await received).toBe('ab');
  });

  it('aborts the stream when it is given up', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const received = new Response(readable).text();
    const sink = webSink(writable);
    await sink.open();

    await sink.abort(new Error('stopped'));

    await expect(received).rejects.toThrow('stopped');
  });

  it('refuses a locked stream', async () => {
    const { writable } = new TransformStream<Uint8Array, Uint8Array>();
    writable.getWriter();

    await expect(webSink(writable).open()).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
  });
});

describe('memorySink', () => {
  it('gives its bytes after the commit only', async () => {
    const sink = memorySink();
    await sink.open();
    await sink.write(bytes('a'));
    expect(() => sink.bytes()).toThrow(expect.objectContaining({ code: 'ERR_PERF_UNSUPPORTED' }));

    await sink.commit();

    expect(Buffer.from(sink.bytes()).toString()).toBe('a');
  });
});
