import type { BatchSource } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { ExporterSuiteOptions } from '../exporter-suite.ts';
import { hostileStrings } from '../hostile-strings.ts';
import { MemorySink } from '../memory-sink.ts';
import { SCHEMA, SHAPES, sampleRows, sourceOf } from './sample-rows.ts';

const NAMES = SCHEMA.fields.map((field) => field.name);
/** Enough for every hostile text, and for several batches of 100. */
const ROWS = Math.max(450, hostileStrings.length * 3);

/** What stands in the output. */
export function contentCases({ create, read, shown = (value) => value }: ExporterSuiteOptions): void {
  const outputOf = async (source: BatchSource): Promise<Uint8Array> => {
    const sink = new MemorySink();
    await create().export(source, sink);
    expect(sink.state).toBe('committed');
    return sink.bytes;
  };
  const shownRows = (rows: readonly unknown[][]): unknown[][] =>
    rows.map((row) =>
      row.map((cell, i) => {
        const field = SCHEMA.fields[i];
        return field === undefined ? cell : shown(cell, field);
      }),
    );

  describe('content', () => {
    it('reads back as the rows, hostile texts and nulls included', async () => {
      const rows = sampleRows(ROWS);

      const found = await read(await outputOf(sourceOf(rows)));

      expect(found.names ?? NAMES).toEqual(NAMES);
      expect(found.rows).toEqual(shownRows(rows));
    });

    it('writes one row', async () => {
      const rows = sampleRows(1);

      expect((await read(await outputOf(sourceOf(rows)))).rows).toEqual(shownRows(rows));
    });

    it('writes an empty answer as a whole output without rows', async () => {
      const found = await read(await outputOf(sourceOf([])));

      expect(found.rows).toEqual([]);
      expect(found.names ?? NAMES).toEqual(NAMES);
    });

    it('writes a batch without rows as nothing', async () => {
      const rows = sampleRows(5);
      const source: BatchSource = {
        schema: SCHEMA,
        async *[Symbol.asyncIterator]() {
          for (const part of [[], rows.slice(0, 2), [], rows.slice(2), []])
            yield { kind: 'rows', schema: SCHEMA, layout: 'arrays', rows: part };
        },
      };

      expect(await outputOf(source)).toEqual(await outputOf(sourceOf(rows)));
    });

    it.each(SHAPES)('writes the same bytes for %s, in batches of any size', async (_, make) => {
      const rows = sampleRows(ROWS);
      const whole = Buffer.from(await outputOf(sourceOf(rows, ROWS)));

      for (const batchRows of [1, 7, 100, ROWS])
        expect(whole.equals(await outputOf(sourceOf(rows, batchRows, make)))).toBe(true);
    });

    it('keeps exports that run at once apart', async () => {
      const exporter = create();
      const inputs = [sampleRows(300), sampleRows(20), sampleRows(1), sampleRows(150)];
      const alone = await Promise.all(inputs.map((rows) => outputOf(sourceOf(rows))));

      const sinks = inputs.map(() => new MemorySink());
      await Promise.all(
        inputs.map((rows, i) => exporter.export(sourceOf(rows, 10), sinks[i] ?? new MemorySink())),
      );

      expect(sinks.map((sink) => sink.bytes)).toEqual(alone);
    });
  });
}
