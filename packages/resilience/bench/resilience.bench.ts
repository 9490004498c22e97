/**
 * All benches of resilience; the files beside this one say what each asks. `--case NAME` runs one.
 * Usage: npm run bench -w @perf/resilience -- [--quick] [--json FILE] [--case primitives | connection-reuse | overload | recovery]
 */
import { PerfError } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { parseBenchArgs, printFigures, writeFigures } from '@perf/testkit/measure';
import { connectionReuse } from './connection-reuse.bench.ts';
import { overload } from './overload.bench.ts';
import { primitives } from './primitives.bench.ts';
import { recovery } from './recovery.bench.ts';

const BENCHES = new Map([
  ['primitives', primitives],
  ['connection-reuse', connectionReuse],
  ['overload', overload],
  ['recovery', recovery],
]);

const args = parseBenchArgs();
const figures: Figure[] = [];
for (const bench of chosen(args.case)) figures.push(...(await bench(args.quick)));
printFigures(figures);
if (args.json !== undefined) writeFigures(args.json, figures);

function chosen(name: string | undefined): Iterable<(quick: boolean) => Promise<readonly Figure[]>> {
  if (name === undefined) return BENCHES.values();
  const bench = BENCHES.get(name);
  if (bench === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', `no case is named ${name}`);
  return [bench];
}
