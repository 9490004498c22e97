import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Figure } from '@perf/testkit/measure';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import type { ExportChaosReport } from './export-chaos.ts';
import { killExports } from './export-chaos.ts';

/** What is tried. */
export interface ChaosExportOrder {
  readonly formats: readonly string[];
  /** For each format. */
  readonly kills: number;
  readonly rows: number;
  /** Formats tried at a time. */
  readonly parallel: number;
  readonly seed: number;
  readonly json: string | undefined;
}

/** Kills and resumes exports of every format, prints what came of it, and gives the exit code. */
export async function chaosExport(order: ChaosExportOrder, { signal, write }: CommandUse): Promise<number> {
  const progress = new ProgressLine();
  try {
    const reports = await tryFormats(order, signal, progress);
    const figures = figuresOf(reports);
    const { json } = order;
    if (json !== undefined)
      await wholeFile(json, (partial) => writeFigures(partial, figures, { order, reports }));
    progress.end();
    write(`${tableOf(reports)}\n\n`);
    printFigures(figures, write);
    return reports.every(({ differing, faults }) => differing === 0 && faults.length === 0) ? 0 : 1;
  } finally {
    progress.end();
  }
}

async function tryFormats(
  { formats, kills, rows, parallel, seed }: ChaosExportOrder,
  signal: AbortSignal,
  progress: ProgressLine,
): Promise<ExportChaosReport[]> {
  await using aside = await TemporaryFolder.make(join(tmpdir(), 'perf-chaos-'));
  const killed = new Map<string, number>();
  const waiting = formats.entries();
  const reports: ExportChaosReport[] = [];
  const work = async (): Promise<void> => {
    for (const [at, format] of waiting) {
      const folder = join(aside.path, String(at));
      await mkdir(folder);
      const onKill = (count: number): void => {
        killed.set(format, count);
        const all = [...killed.values()].reduce((sum, own) => sum + own, 0);
        progress.show('killing exports', all / (kills * formats.length), `${format} ${count}`);
      };
      reports[at] = await killExports({ format, rows, kills, seed: seed + at, folder, signal, onKill });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  progress.show('killing exports', 1);
  return reports;
}

function figuresOf(reports: readonly ExportChaosReport[]): Figure[] {
  const names = reports.map(({ format }) => format).join(', ');
  return [
    {
      id: 'chaos.export.kills',
      value: Math.min(...reports.map(({ kills }) => kills)),
      note: 'of the format with the fewest',
    },
    {
      id: 'chaos.export.differing',
      value: reports.reduce((sum, { differing }) => sum + differing, 0),
      note: 'files',
    },
    { id: 'chaos.export.formats', value: reports.length, note: names },
  ];
}

function tableOf(reports: readonly ExportChaosReport[]): string {
  return textTable([
    ['format', 'killed', 'files', 'differing', 'faults'],
    ...reports.map(({ format, kills, files, differing, faults }) => [
      format,
      String(kills),
      String(files),
      String(differing),
      faults[0] ?? '',
    ]),
  ]);
}
