import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Batch, Exporter, Schema } from '@perf/contracts';
import { toRows } from '@perf/contracts';
import type { Transform } from '@perf/export-core';
import { formatExporter } from '@perf/export-core';

/**
 * Makes an exporter of a formatter that you have already: a stream that takes rows as objects and gives CSV, as `format()` of fast-csv with
 * its `transform` and `headers`. It keeps sinks, manifest, progress, limits and abort of this package; formula guard, masks and resuming are
 * the formatter's affair, and its speed is the formatter's.
 *
 * @param create makes the formatter of one export. Values come in their row form: `Date`, `bigint`, decimal text
 * @param options `shape`: what its output depends on, as its options; an export in parts is gone on with only by an exporter of the same.
 *   Without it, only by this very exporter
 * @example
 * import { format } from 'fast-csv';
 * const exporter = createFormatterExporter(() => format({ headers: true, transform: (row) => ({ ...row, day: row.day.toISOString() }) }));
 * await exporter.export(source, fileSink('flights.csv'));
 */
export function createFormatterExporter(
  create: (schema: Schema) => Duplex,
  { shape = randomUUID() }: { readonly shape?: unknown } = {},
): Exporter {
  return formatExporter({
    format: 'csv',
    resumable: false,
    shape,
    start: () => ({ encoder: (schema) => new FormatterTransform(create(schema)) }),
  });
}

/** Longest stretch of work in ms before other work of the process gets its turn. */
const TURN_MS = 8;

class FormatterTransform implements Transform {
  readonly #stream: Duplex;
  readonly #end = new AbortController();

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  async *bytes(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array> {
    const stream = this.#stream;
    const feeding = this.#feed(batches);
    feeding.catch((error: unknown) => stream.destroy(error instanceof Error ? error : undefined));
    for await (const chunk of stream) yield chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    await feeding;
  }

  warnings(): [] {
    return [];
  }

  close(): void {
    this.#end.abort();
    this.#stream.destroy();
  }

  async #feed(batches: AsyncIterable<Batch>): Promise<void> {
    const stream = this.#stream;
    const { signal } = this.#end;
    let turnStartedAt = performance.now();
    for await (const batch of batches)
      for (const row of objectsOf(batch)) {
        if (!stream.write(row)) await once(stream, 'drain', { signal });
        if (performance.now() - turnStartedAt < TURN_MS) continue;
        await setImmediate(undefined, { signal });
        turnStartedAt = performance.now();
      }
    stream.end();
  }
}

function* objectsOf(batch: Batch): Generator<Readonly<Record<string, unknown>>> {
  const rows = toRows(batch);
  if (rows.layout === 'objects') {
    yield* rows.rows;
    return;
  }
  const names = rows.schema.fields.map(({ name }) => name);
  for (const values of rows.rows) yield Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
