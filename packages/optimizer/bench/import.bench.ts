/**
 * How long does the built package take to import? Processes that import it and processes that do nothing take turns; the figure is the
 * least time of the one less the least of the other. The build must be that of the sources: else the run is invalid.
 */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PerfError } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { quartiles } from '@perf/testkit/measure';
import type { Bench, BenchUse } from './bench.ts';

const PROCESSES = 20;
const ROOT = new URL('../', import.meta.url);

const run = promisify(execFile);

export const importTime: Bench = { cases: {}, figures };

async function figures({ quick }: BenchUse): Promise<readonly Figure[]> {
  mustBeBuilt(ROOT);
  mustBeBuilt(new URL('../contracts/', ROOT));
  const processes = quick ? 5 : PROCESSES;
  const [importing, empty]: [number[], number[]] = [[], []];
  const code = `import ${JSON.stringify(new URL('dist/index.js', ROOT).href)};`;
  for (let i = -1; i < processes; i++) {
    const [full, bare] = [await timed(code), await timed('')];
    if (i < 0) continue;
    importing.push(full);
    empty.push(bare);
  }
  const bare = Math.min(...empty);
  return [
    {
      id: 'optimizer.import-ms',
      value: Math.min(...importing) - bare,
      unit: 'ms',
      n: processes,
      spread: quartiles(importing.map((ms) => ms - bare)),
      note: `dist of the package, least of ${processes} processes less the least of as many empty ones (${bare.toFixed(1)} ms), in turn`,
    },
  ];
}

/** Wall time of a process that runs `code` as a module. */
async function timed(code: string): Promise<number> {
  const started = performance.now();
  await run(process.execPath, ['--input-type=module', '-e', code]);
  return performance.now() - started;
}

/** Refuses a package whose build is missing or older than its sources. */
function mustBeBuilt(root: URL): void {
  const name = fileURLToPath(root);
  const built = statSync(new URL('dist/index.js', root), { throwIfNoEntry: false });
  if (built === undefined)
    throw new PerfError('ERR_PERF_RUN_INVALID', `${name} is not built: run npm run build`);
  for (const file of readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' }))
    if (statSync(new URL(`src/${file}`, root)).mtimeMs > built.mtimeMs)
      throw new PerfError(
        'ERR_PERF_RUN_INVALID',
        `the build of ${name} is older than src/${file}: run npm run build`,
      );
}
