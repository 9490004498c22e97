import { constants, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobOutput, JobOutputs, JobRecord } from '@perf/contracts';
import { fileCheckpoints, fileSink } from '@perf/export-core';
import { committedAfter } from './committed-after.ts';
import { fileNameOf } from './job-request.ts';

/** Outputs in folders, one for each job. */
export interface FolderOutputs extends JobOutputs {
  /** Where the file of a completed job stands. */
  pathOf(record: JobRecord): string;
}

/**
 * Keeps outputs as `<folder>/<id>/<file name>`. Every run writes a partial file of its own, `<epoch>.partial`: it begins with a copy of what
 * an earlier run had written up to its last checkpoint, so that a worker which was thought dead writes into a file that nobody reads. On a
 * shared disk workers of many hosts can take jobs over from each other.
 */
export function folderOutputs(folder: string): FolderOutputs {
  const homeOf = ({ id }: JobRecord): string => join(folder, id);
  const pathOf = (record: JobRecord): string => join(homeOf(record), fileNameOf(record.request));
  return {
    pathOf,
    async open(record): Promise<JobOutput> {
      const home = homeOf(record);
      await mkdir(home, { recursive: true });
      await takeOver(home, record.epoch);
      const sink = fileSink(pathOf(record), { partialPath: join(home, `${record.epoch}.partial`) });
      return {
        // An earlier run that was slow to learn that it had lost the job may have written again since.
        sink: committedAfter(sink, async () => removeAll(home, await leftBefore(home, record.epoch))),
        checkpoint: fileCheckpoints(join(home, String(record.epoch))),
      };
    },
    async remove(record) {
      await rm(homeOf(record), { recursive: true, force: true });
    },
  };
}

/** `fileSink` adds a word of its own while it commits. */
const FILE_OF_RUN = /^(\d{1,15})\.(?:(partial)(?:\.[\da-f-]{36})?|(checkpoint|checkpoint\.next))$/;

/** What a run has left in the folder of its job. */
interface FileOfRun {
  readonly name: string;
  readonly run: number;
  readonly what: string | undefined;
}

/** Copies the newest run that left both its bytes and a checkpoint, and removes all earlier runs. */
async function takeOver(home: string, epoch: number): Promise<void> {
  const left = await leftBefore(home, epoch);
  const runs = new Set(left.filter(({ what }) => what === 'checkpoint').map(({ run }) => run));
  const newest = left
    .filter(({ run, what }) => what === 'partial' && runs.has(run))
    .toSorted((a, b) => b.run - a.run)[0];
  if (newest !== undefined) {
    const checkpoint = await fileCheckpoints(join(home, String(newest.run))).load();
    if (checkpoint !== undefined) {
      await copyFile(join(home, newest.name), join(home, `${epoch}.partial`), constants.COPYFILE_FICLONE);
      await fileCheckpoints(join(home, String(epoch))).save(checkpoint);
    }
  }
  await removeAll(home, left);
}

async function leftBefore(home: string, epoch: number): Promise<FileOfRun[]> {
  return (await readdir(home)).flatMap((name) => {
    const [, number, partial, checkpoint] = FILE_OF_RUN.exec(name) ?? [];
    const what = partial ?? checkpoint;
    return number === undefined || Number(number) >= epoch ? [] : [{ name, run: Number(number), what }];
  });
}

async function removeAll(home: string, files: readonly FileOfRun[]): Promise<void> {
  await Promise.all(files.map(({ name }) => rm(join(home, name), { force: true })));
}
