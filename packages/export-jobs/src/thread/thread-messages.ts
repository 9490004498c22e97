import type { ExportManifest, JobRecord, Progress } from '@perf/contracts';

/** What a thread is made for. */
export interface ThreadOrder {
  readonly record: JobRecord;
}

/** What a thread is told. */
export type ToThread =
  /** The answer to its question. */
  | { readonly what: 'ours'; readonly isOurs: boolean }
  /** To end; after a pause what was written stays. */
  | { readonly what: 'stop'; readonly isPause: boolean };

/** What a thread tells. */
export type FromThread =
  /** Is the job still this run's? It waits for the answer, and asks nothing else meanwhile. */
  | { readonly what: 'ask' }
  | { readonly what: 'progress'; readonly progress: Progress }
  | { readonly what: 'done'; readonly manifest: ExportManifest }
  | { readonly what: 'failed'; readonly code: string | undefined; readonly message: string };
