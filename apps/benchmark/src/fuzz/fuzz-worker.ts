/**
 * A process whose optimizer lacks one proof.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { breakText } from '../data/broken-text.ts';
import type { MutantAnswer, MutantOrder } from './fuzz-messages.ts';
import { FUZZ_MUTANTS } from './fuzz-mutants.ts';

process.on('disconnect', () => process.exit());
process.on('message', (order: MutantOrder) => {
  run(order).then(
    (caught) => tell({ event: 'done', caught }),
    (error: unknown) =>
      tell({ event: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
});

async function run({ name, cases, seed, folder }: MutantOrder): Promise<boolean> {
  const { edits = [], engines = [] } = FUZZ_MUTANTS.find((mutant) => mutant.name === name) ?? {};
  const broken = breakText(name, edits);
  const { fuzzEngine } = await import('./fuzz-run.ts');
  broken.expectDone();
  const { signal } = new AbortController();
  for (const dialect of engines) {
    const inner = join(folder, dialect);
    await mkdir(inner, { recursive: true });
    const use = {
      dialect,
      cases,
      seed,
      folder: inner,
      untilFirst: true,
      signal,
      onProgress: () => undefined,
    };
    if ((await fuzzEngine(use)).differences.length > 0) return true;
  }
  return false;
}

function tell(answer: MutantAnswer): void {
  process.send?.(answer);
}
