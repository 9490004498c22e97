import type { SoakReport } from './soak-run.ts';

/** What the child of a soak is told. */
export interface SoakOrder {
  readonly ms: number;
  readonly redisUrl: string | undefined;
  readonly diskFolder: string | undefined;
}

/** What it tells. */
export type FromSoak =
  | { readonly sampled: number }
  | { readonly report: SoakReport }
  | { readonly failed: string };
