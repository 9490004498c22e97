import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryCodec } from '../src/bytes/entry-codec.ts';
import type { EntryCodecOptions } from '../src/bytes/entry-codec.ts';
import { encryptionKey } from '../src/bytes/payload.ts';
import { messagePack } from '../src/bytes/serializer.ts';
import type { Envelope } from '../src/tiers/envelope.ts';

function codecOf(options: Partial<EntryCodecOptions> = {}): EntryCodec {
  return new EntryCodec({
    serializer: messagePack(),
    compressAboveBytes: 1024,
    maxEntryBytes: 1 << 20,
    encryptionKey: undefined,
    ...options,
  });
}

function envelopeOf(value: unknown, more: Partial<Envelope> = {}): Envelope {
  return {
    value,
    createdAt: 1_767_225_600_000,
    freshUntil: 1_767_225_660_000,
    expiresAt: 1_767_225_690_000,
    storedAt: 1_767_225_600_120,
    loadMs: 119.5,
    etag: undefined,
    counters: [{ tag: undefined, number: 1_767_225_600_000_000 }],
    isPrivate: false,
    ...more,
  };
}

const rows = Array.from({ length: 50 }, (_, id) => ({
  id,
  name: `row ${id}`,
  at: new Date(id),
  big: 1n << 60n,
}));
const KEY = encryptionKey(Buffer.alloc(32, 7));

describe('EntryCodec', () => {
  it.each([
    ['small', 'text'],
    ['big enough to be compressed', rows],
    [
      'of everything',
      new Map<unknown, unknown>([
        ['a', new Set([1n])],
        ['b', [undefined, null, Number.NaN, 'é']],
      ]),
    ],
    ['undefined', undefined],
  ])('gives back a value that is %s', (_, value) => {
    const codec = codecOf();
    const entry = envelopeOf(value, {
      etag: '"v1"',
      counters: [
        { tag: undefined, number: 5 },
        { tag: 'table:flights', number: 17 },
        { tag: 'é', number: 2 ** 52 },
      ],
    });

    expect(codec.decode(codec.encode(entry))).toEqual(entry);
  });

  it('keeps the format that was released', () => {
    const bytes = codecOf().encode(
      envelopeOf(
        { a: [1, 'b', null] },
        {
          etag: 'e',
          counters: [
            { tag: undefined, number: 5 },
            { tag: 't', number: 6 },
          ],
        },
      ),
    );

    expect(Buffer.from(bytes).toString('hex')).toBe(
      '0120000080aa6db77942000026b96db77942000079c06db77942008087aa6db779420000000000e05d40010000000000000014400100740000000000001840010065d4724091a1619301a162c0',
    );
    expect(
      createHash('sha256')
        .update(codecOf().encode(envelopeOf('x')))
        .digest('hex'),
    ).toBe('3092d1870893dacb93662304232e087175245b5aacc52eef65b61e1946428d4f');
  });

  it('compresses above its bound only, and never makes it bigger', () => {
    const text = 'a'.repeat(2000);

    expect(codecOf().encode(envelopeOf(text)).byteLength).toBeLessThan(200);
    expect(codecOf({ compressAboveBytes: Infinity }).encode(envelopeOf(text)).byteLength).toBeGreaterThan(
      2000,
    );
  });

  it('does not write what is bigger than maxEntryBytes', () => {
    expect(() => codecOf({ maxEntryBytes: 100 }).encode(envelopeOf('a'.repeat(200)))).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_LIMIT_EXCEEDED' }),
    );
  });

  it('stops at maxEntryBytes of what was compressed', () => {
    const bomb = codecOf().encode(envelopeOf('a'.repeat(500_000)));

    expect(bomb.byteLength).toBeLessThan(500);
    expect(codecOf({ maxEntryBytes: 10_000 }).decode(bomb)).toBeUndefined();
  });

  it('encrypts private values, and gives them to nobody without the key', () => {
    const codec = codecOf({ encryptionKey: KEY });
    const bytes = codec.encode(envelopeOf({ name: 'Ada Lovelace' }, { isPrivate: true }));

    expect(Buffer.from(bytes).includes('Lovelace')).toBe(false);
    expect(codec.decode(bytes)?.value).toEqual({ name: 'Ada Lovelace' });
    expect(codecOf().decode(bytes)).toBeUndefined();
    expect(codecOf({ encryptionKey: encryptionKey(Buffer.alloc(32, 8)) }).decode(bytes)).toBeUndefined();
  });

  it('notices every change of an encrypted entry', () => {
    const codec = codecOf({ encryptionKey: KEY });
    const bytes = codec.encode(envelopeOf('secret', { isPrivate: true }));

    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      // The two flags of serializer and encryption make it an entry of another kind, which does not decode either.
      expect(codec.decode(changed), `byte ${i}`).toBeUndefined();
    }
  });

  it('takes whatever bytes there are for missing, or for an entry, and never throws', () => {
    const codec = codecOf({ encryptionKey: KEY });
    const real = codec.encode(envelopeOf(rows, { etag: 'e' }));
    const property = (): void =>
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([real.subarray(0, 60), tail])),
            fc.nat({ max: real.length - 1 }).map((end) => real.subarray(0, end)),
            fc.tuple(fc.nat({ max: real.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
              const changed = Uint8Array.from(real);
              changed[at] = byte;
              return changed;
            }),
          ),
          (bytes) => {
            const entry = codec.decode(bytes);
            return entry === undefined || entry.expiresAt >= entry.freshUntil;
          },
        ),
        { numRuns: 2000 },
      );

    expect(property).not.toThrow();
  });

  it('runs no code from bytes and lets nothing into the prototypes', () => {
    const codec = codecOf();
    const hostile: unknown = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    );

    codec.decode(codec.encode(envelopeOf(hostile)));

    expect('polluted' in {}).toBe(false);
  });
});
