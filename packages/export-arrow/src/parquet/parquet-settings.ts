/** How Parquet is encoded; plain data, so that a thread can be told. */
export interface ParquetSettings {
  readonly compression: 'snappy' | 'zstd' | 'none';
  readonly rowGroupRows: number;
  readonly statistics: 'page' | 'chunk' | 'none';
  /** For all columns, or for those named only. */
  readonly dictionary: boolean | readonly string[];
}

/** `ParquetSettings` before the first rows are known. */
export interface ParquetChoice extends Omit<ParquetSettings, 'dictionary'> {
  /** `'auto'` looks at the first rows. */
  readonly dictionary: ParquetSettings['dictionary'] | 'auto';
}

/** What a thread is told: how to encode, then the next Arrow stream, that there is none, or that its last bytes have been taken. */
export type ToThread =
  | { readonly kind: 'begin'; readonly settings: ParquetSettings }
  | { readonly kind: 'stream'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' | 'taken' };

/** What a thread says: that it wants a stream and gives the memory of the last one back, bytes of the file, that they were the last, or why there are no more. */
export type FromThread =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'want'; readonly spent: Uint8Array<ArrayBuffer> | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };
