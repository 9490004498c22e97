import type { ParquetSettings } from './parquet-settings.ts';

/**
 * Gives the next Arrow stream, whole, in memory that is given away; undefined after the last. There is at least one, and all have one schema.
 * @param spent the memory of the stream before, given back: memory that waits for a collector would pile up
 */
export type NextStream = (
  spent: Uint8Array<ArrayBuffer> | undefined,
) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** How Arrow streams become one Parquet file. Used once. */
export interface ParquetEncoding {
  /** Gets ready, while the first stream is made. */
  begin(): void;
  /** The bytes of the file. */
  encode(settings: ParquetSettings, next: NextStream): AsyncIterable<Uint8Array>;
  /** Ends whatever works for it. Safe at any time. */
  close(): void;
}
