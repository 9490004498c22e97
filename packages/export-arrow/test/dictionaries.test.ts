import type { Checkpoint, RepeatableSource, Schema } from '@perf/contracts';
import { toColumns } from '@perf/contracts';
import type { ArrowOptions } from '@perf/export-arrow';
import { createArrowExporter, exportArrow, memorySink } from '@perf/export-arrow';
import { MemorySink } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { arrowTypes, readArrow } from './read-arrow.ts';

const schema: Schema = {
  fields: [
    { name: 'few', type: { kind: 'utf8' }, nullable: true },
    { name: 'many', type: { kind: 'utf8' }, nullable: true },
    { name: 'filler', type: { kind: 'utf8' }, nullable: false },
  ],
};

/** Rows whose `many` never repeats, and whose `few` has four values; `filler` is as long as asked for. */
function sourceOf(
  count: number,
  {
    filler = 0,
    from = 0,
    shape = 'rows',
  }: { filler?: number; from?: number; shape?: 'rows' | 'columns' } = {},
): RepeatableSource {
  const text = 'x'.repeat(filler);
  const rowOf = (id: number): unknown[] => [
    id % 5 === 0 ? null : `value ${id % 5}`,
    `only ${id} of them`,
    text,
  ];
  return {
    schema,
    fingerprint: `${count} rows`,
    cursorAfter: (batch, index) => {
      const row: unknown = batch.kind === 'rows' ? batch.rows[index] : undefined;
      return Array.isArray(row) ? Number(String(row[1]).split(' ')[1]) + 1 : undefined;
    },
    async *[Symbol.asyncIterator]() {
      for (let start = from; start < count; start += 5000) {
        const rows = Array.from({ length: Math.min(5000, count - start) }, (_, i) => rowOf(start + i));
        const batch = { kind: 'rows', schema, layout: 'arrays', rows } as const;
        yield shape === 'rows' ? batch : toColumns(batch);
      }
    },
  };
}

async function arrow(source: RepeatableSource, options: ArrowOptions): Promise<Uint8Array> {
  const sink = memorySink();
  await exportArrow(source, sink, options);
  return sink.bytes();
}

describe('dictionaries', () => {
  it.each(['file', 'stream'] as const)('are chosen where values repeat, in a %s', async (format) => {
    const bytes = await arrow(sourceOf(50_000), { format, dictionary: 'auto' });

    expect(arrowTypes(bytes)).toEqual(['Dictionary<Int32, Utf8>', 'Utf8', 'Dictionary<Int32, Utf8>']);
    expect(bytes.length).toBeLessThan((await arrow(sourceOf(50_000), { format })).length);
    const { rows } = readArrow(bytes);
    expect(rows[49_999]).toEqual(['value 4', 'only 49999 of them', '']);
    expect(rows[5]).toEqual([null, 'only 5 of them', '']);
  });

  it.each(['file', 'stream'] as const)(
    'give a value another place when they remember too many, in a %s',
    async (format) => {
      const options: ArrowOptions = { format, dictionary: ['few', 'many'] };
      const bytes = await arrow(sourceOf(150_000), options);

      const { rows } = readArrow(bytes);
      for (const id of [1, 65_535, 65_536, 131_072, 149_999])
        expect(rows[id]?.slice(0, 2)).toEqual([
          id % 5 === 0 ? null : `value ${id % 5}`,
          `only ${id} of them`,
        ]);
      expect(Buffer.compare(await arrow(sourceOf(150_000, { shape: 'columns' }), options), bytes)).toBe(0);
    },
  );

  it('go on after a crash as if there had been none', async () => {
    const exporter = createArrowExporter({ format: 'stream', dictionary: ['few', 'many'] });
    const count = 400_000;
    const whole = new MemorySink();
    const moments: { readonly checkpoint: Checkpoint; readonly bytes: Uint8Array }[] = [];
    await exporter.export(sourceOf(count, { filler: 100 }), whole, {
      checkpoint: {
        load: async () => undefined,
        save: async (checkpoint) => void moments.push({ checkpoint, bytes: whole.bytes }),
        remove: async () => undefined,
      },
    });

    const last = moments.at(-1);
    const resumed = new MemorySink(last?.bytes);
    const resumeFrom = structuredClone(last?.checkpoint);
    await exporter.export(sourceOf(count, { filler: 100, from: Number(resumeFrom?.cursor) }), resumed, {
      resumeFrom,
    });

    expect(resumeFrom?.rows).toBeGreaterThan(65_536);
    expect(Buffer.compare(resumed.bytes, whole.bytes)).toBe(0);
  });

  it('are refused for columns that are not there, or not text', async () => {
    for (const dictionary of [['none'], ['filler', 'id']])
      await expect(arrow(sourceOf(1), { dictionary })).rejects.toMatchObject({
        code: 'ERR_PERF_INVALID_OPTION',
      });
  });
});
