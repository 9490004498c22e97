/** What a process with a mutant is told. */
export interface MutantOrder {
  readonly name: string;
  readonly cases: number;
  readonly seed: number;
  readonly folder: string;
}

/** What it says in the end. */
export type MutantAnswer =
  | { readonly event: 'done'; readonly caught: boolean }
  | { readonly event: 'failed'; readonly reason: string };
