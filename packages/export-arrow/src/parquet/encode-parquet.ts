// oxlint-disable-next-line triple-slash-reference -- declares globals that the types of parquet-wasm name
/// <reference path="./web-assembly.d.ts" />
import type { RecordBatch, WriterProperties } from 'parquet-wasm';
import {
  Compression,
  EnabledStatistics,
  Table,
  WriterPropertiesBuilder,
  transformParquetStream,
} from 'parquet-wasm';
import type { NextStream } from './parquet-encoding.ts';
import type { ParquetSettings } from './parquet-settings.ts';

const COMPRESSION = { snappy: Compression.SNAPPY, zstd: Compression.ZSTD, none: Compression.UNCOMPRESSED };
const STATISTICS = {
  page: EnabledStatistics.Page,
  chunk: EnabledStatistics.Chunk,
  none: EnabledStatistics.None,
};

/**
 * The bytes of one Parquet file. Pulls one Arrow stream ahead, never more, so that memory stays flat.
 */
export async function* encodeParquet(
  settings: ParquetSettings,
  next: NextStream,
): AsyncGenerator<Uint8Array> {
  const feed = new Feed(next);
  const batches = new ReadableStream<RecordBatch>(
    { pull: (controller) => feed.pull(controller) },
    { highWaterMark: 1 },
  );
  const encoded = await transformParquetStream(batches, writerProperties(settings));
  for await (const bytes of encoded) if (bytes instanceof Uint8Array) yield bytes;
  // The encoder, which takes a failure of its input for the end of it, has ended the file as if it were whole.
  feed.check();
}

class Feed {
  readonly #next: NextStream;
  #spent: Uint8Array<ArrayBuffer> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(next: NextStream) {
    this.#next = next;
  }

  async pull(controller: ReadableStreamDefaultController<RecordBatch>): Promise<void> {
    try {
      const bytes = await this.#next(this.#spent);
      this.#spent = bytes;
      if (bytes === undefined) {
        this.#isOver = true;
        controller.close();
        return;
      }
      const table = Table.fromIPCStream(bytes);
      for (const batch of table.recordBatches()) controller.enqueue(batch);
      // Otherwise its memory would wait for the collector, which does not see it.
      table.free();
    } catch (error) {
      this.#failure = { error };
      controller.close();
    }
  }

  /** Throws when not everything was read. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!this.#isOver) throw new Error('the encoder ended before its input');
  }
}

/** Row groups are held in memory until they are whole, so that those of wide rows end early. */
const ROW_GROUP_BYTES = 64 * 1024 * 1024;

function writerProperties({
  compression,
  rowGroupRows,
  statistics,
  dictionary,
}: ParquetSettings): WriterProperties {
  let builder = new WriterPropertiesBuilder()
    .setCompression(COMPRESSION[compression])
    .setMaxRowGroupSize(rowGroupRows)
    .setMaxRowGroupBytes(ROW_GROUP_BYTES)
    .setStatisticsEnabled(STATISTICS[statistics])
    .setDictionaryEnabled(dictionary === true);
  if (typeof dictionary !== 'boolean')
    for (const column of dictionary) builder = builder.setColumnDictionaryEnabled(column, true);
  return builder.build();
}
