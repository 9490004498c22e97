/**
 * A process that exports made-up rows to a file, from the last checkpoint on where there is one, and is killed while it does so.
 */
import type { CheckpointStore } from '@perf/contracts';
import { exportParts, fileCheckpoints, fileSink } from '@perf/export-core';
import { CHAOS_FORMATS } from './chaos-formats.ts';
import { chaosRows } from './chaos-rows.ts';
import type { ChaosOrder, FromChaosWorker } from './chaos-messages.ts';

process.on('disconnect', () => process.exit());
// A Ctrl-C reaches all processes of the terminal; the parent ends this one itself.
process.on('SIGINT', () => undefined);
process.on('message', (order: ChaosOrder) => {
  run(order).then(
    (sha256) => tell({ event: 'done', sha256 }),
    (error: unknown) =>
      tell({
        event: 'failed',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});

async function run({ format, path, rows }: ChaosOrder): Promise<string> {
  const chosen = CHAOS_FORMATS[format];
  if (chosen === undefined) throw new Error(`no format is named ${format}`);
  const files = fileCheckpoints(path);
  const checkpoint: CheckpointStore = {
    ...files,
    save: async (saved) => {
      await files.save(saved);
      tell({ event: 'checkpoint', rows: saved.rows });
    },
  };
  const resumeFrom = await files.load();
  tell({ event: 'began', rows: resumeFrom?.rows ?? 0 });
  const source = chaosRows(rows, resumeFrom?.cursor);
  const exporter = chosen.exporter();
  const { rowsPerPart } = chosen;
  if (rowsPerPart === undefined)
    return (await exporter.export(source, fileSink(path), { checkpoint, resumeFrom })).sha256;
  const part = (number: number) => ({ name: `part-${number}`, sink: fileSink(`${path}.${number}`) });
  return (await exportParts(exporter, source, { rowsPerPart, part, checkpoint, resumeFrom })).sha256;
}

function tell(message: FromChaosWorker): void {
  process.send?.(message);
}
