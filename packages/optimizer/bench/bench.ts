import type { Figure } from '@perf/testkit/measure';

/** How a bench is run. */
export interface BenchUse {
  /** File of the command: with `--case NAME` it runs that case in its process and prints a report. */
  readonly module: string;
  /** Smaller sizes, for a look; figures say so in their note. */
  readonly quick: boolean;
}

/** What one case gives back, besides the time of its process. */
export type CaseFigures = Readonly<Record<string, unknown>> & { readonly ms: number };

/** One question and its figures. A file exports one; `optimizer.bench.ts` lists them. */
export interface Bench {
  /** What runs in a process of its own, by a name that no other bench uses. */
  readonly cases: Readonly<Record<string, (use: BenchUse) => CaseFigures | Promise<CaseFigures>>>;
  readonly figures: (use: BenchUse) => readonly Figure[] | Promise<readonly Figure[]>;
}

/** Arguments of a child process that runs one case. */
export function caseArgs(name: string, { quick }: BenchUse): readonly string[] {
  return ['--case', name, ...(quick ? ['--quick'] : [])];
}
