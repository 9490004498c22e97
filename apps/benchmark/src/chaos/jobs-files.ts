import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileSink } from '@perf/export-core';
import type { FolderOutputs } from '@perf/export-jobs';
import { CHAOS_FORMATS } from './chaos-formats.ts';
import { chaosRows } from './chaos-rows.ts';
import { JOB_FORMATS } from './jobs-house.ts';
import type { OrderedJob } from './jobs-outcomes.ts';

/** Hashes of the files that nobody disturbs, by format. */
export async function untouchedHashes(
  rows: number,
  folder: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const format of JOB_FORMATS) {
    const path = join(folder, `untouched.${format}`);
    await CHAOS_FORMATS[format]?.exporter().export(chaosRows(rows, undefined), fileSink(path), { signal });
    hashes.set(format, await hashOf(path));
  }
  return hashes;
}

/** What is wrong with the file of a job, in words: it is missing, its bytes are others, or something lies beside it. */
export async function faultOfJob(
  outputs: FolderOutputs,
  { record }: OrderedJob,
  wanted: string | undefined,
): Promise<string | undefined> {
  if (record === undefined) return 'its record is lost';
  const path = outputs.pathOf(record);
  const names = await readdir(dirname(path)).catch(() => []);
  const name = names.find((each) => each === basename(path));
  if (name === undefined) return 'it has no file';
  if ((await hashOf(path)) !== wanted) return 'its bytes differ';
  return names.length === 1
    ? undefined
    : `beside it lies ${names.filter((each) => each !== name).join(', ')}`;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
