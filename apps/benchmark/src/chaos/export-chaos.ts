import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PerfError, throwIfAborted } from '@perf/contracts';
import { fileCheckpoints } from '@perf/export-core';
import { seededRandom } from '@perf/testkit/inputs';
import type { ChaosOrder } from './chaos-messages.ts';
import type { VictimReport } from './export-victim.ts';
import { runVictim } from './export-victim.ts';

/** What is tried. */
export interface ExportChaosOptions {
  readonly format: string;
  readonly rows: number;
  /** Processes to kill, each after the first checkpoint of its export and before the commit. */
  readonly kills: number;
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onKill: (kills: number) => void;
}

/** What came of it. */
export interface ExportChaosReport {
  readonly format: string;
  readonly kills: number;
  /** Files that were finished after at least one kill. */
  readonly files: number;
  /** Of these, files that are not byte for byte that of an export nobody killed. */
  readonly differing: number;
  /** Faults in words. */
  readonly faults: readonly string[];
}

/** Longest time before a kill, from the first checkpoint or the beginning of a resumed process, as a share of the whole export's. */
const LONGEST_SHARE = 0.3;

/** Exports to the same file again and again, killing and resuming, until enough processes have died. */
export async function killExports(options: ExportChaosOptions): Promise<ExportChaosReport> {
  const { format, rows, kills, folder, signal, onKill } = options;
  const random = seededRandom(options.seed);
  const reference = await untouched(options);
  const faults: string[] = [];
  let [killed, files, differing] = [0, 0, 0];
  for (let file = 1; killed < kills; file++) {
    const order: ChaosOrder = { format, rows, path: await emptyPath(folder, format, `try-${file}`) };
    const own = await killUntilDone(order, {
      most: kills - killed,
      delay: () => random.next() * reference.ms * LONGEST_SHARE,
      signal,
      onKill: (count) => onKill(killed + count),
    });
    killed += own.kills;
    faults.push(...own.faults);
    if (own.kills > 0) files++;
    if ((await hashOf(order.path)) !== reference.sha256) {
      differing++;
      faults.push(`${format}: file ${file} differs after ${own.kills} kills`);
    }
    await rm(join(folder, `try-${file}`), { recursive: true });
  }
  return { format, kills: killed, files, differing, faults };
}

/** One file, by as many processes as it takes. */
async function killUntilDone(
  order: ChaosOrder,
  use: {
    readonly most: number;
    readonly delay: () => number;
    readonly signal: AbortSignal;
    readonly onKill: (kills: number) => void;
  },
): Promise<{ readonly kills: number; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  let [kills, last] = [0, 0];
  for (;;) {
    const report = await runVictim(
      order,
      kills < use.most ? use.delay() : Number.POSITIVE_INFINITY,
      use.signal,
    );
    throwIfAborted(use.signal, 'the chaos');
    if (report.from < last)
      faults.push(
        `${order.format}: a process went on at row ${report.from}, the checkpoint was at row ${last}`,
      );
    if (report.end === 'failed') throw failed(order, report);
    if (report.end === 'done') return { kills, faults };
    // Killed after the file had got its name: there is nothing left to resume, and the kill does not count.
    if (await exists(order.path)) {
      await fileCheckpoints(order.path).remove();
      return { kills, faults };
    }
    // A process that died before the first checkpoint of the export shows nothing: it does not count.
    last = report.checkpoint ?? report.from;
    if (last === 0) continue;
    use.onKill(++kills);
  }
}

/** The file that nobody disturbs, and how long it takes. */
async function untouched({
  format,
  rows,
  folder,
  signal,
}: ExportChaosOptions): Promise<{ readonly sha256: string; readonly ms: number }> {
  const path = await emptyPath(folder, format, 'untouched');
  const start = performance.now();
  const report = await runVictim({ format, rows, path }, Number.POSITIVE_INFINITY, signal);
  throwIfAborted(signal, 'the chaos');
  if (report.end !== 'done') throw failed({ format, rows, path }, report);
  if (report.checkpoint === undefined)
    throw new PerfError('ERR_PERF_RUN_INVALID', `${format}: ${rows} rows are too few for a checkpoint`);
  return { ms: performance.now() - start, sha256: await hashOf(path) };
}

async function emptyPath(folder: string, format: string, name: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  return join(folder, name, `out.${format}`);
}

/** Hash of all files of an export, in the order of their names; nothing else may lie there. */
async function hashOf(path: string): Promise<string> {
  const folder = join(path, '..');
  const names = (await readdir(folder)).toSorted();
  const hash = createHash('sha256');
  for (const name of names) {
    hash.update(`${name}\n`);
    await pipeline(createReadStream(join(folder, name)), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  }
  return hash.digest('hex');
}

function failed(
  { format }: ChaosOrder,
  { reason = 'it was killed by somebody else' }: VictimReport,
): PerfError {
  return new PerfError('ERR_PERF_RUN_INVALID', `an export as ${format} failed: ${reason}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
