/** What a worker is to export. */
export interface ChaosOrder {
  /** A name of `CHAOS_FORMATS`. */
  readonly format: string;
  readonly path: string;
  readonly rows: number;
}

/** What a worker tells. */
export type FromChaosWorker =
  /** It begins, or goes on after so many rows. */
  | { readonly event: 'began'; readonly rows: number }
  /** It has saved a checkpoint. */
  | { readonly event: 'checkpoint'; readonly rows: number }
  /** The file is whole. */
  | { readonly event: 'done'; readonly sha256: string }
  | { readonly event: 'failed'; readonly reason: string };
