import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Checkpoint, CheckpointStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { errorCode, failure } from './failures.ts';

/**
 * Keeps the checkpoint of an export to `path` in `<path>.checkpoint`, beside `<path>.partial`. A checkpoint replaces the one before it in
 * one step, after it has reached the disk: a crash leaves the one or the other, never a part.
 *
 * @example
 * const checkpoint = fileCheckpoints('flights.csv');
 * const resumeFrom = await checkpoint.load();
 * await exportCsv(flightsFrom(resumeFrom?.cursor), fileSink('flights.csv'), { checkpoint, resumeFrom });
 */
export function fileCheckpoints(path: string): CheckpointStore {
  const file = `${path}.checkpoint`;
  return {
    async load() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw failure('ERR_PERF_OPEN_FAILED', `reading ${file}`, error);
      }
      return parseCheckpoint(text, file);
    },
    async save(checkpoint) {
      const next = `${file}.next`;
      const handle = await open(next, 'w');
      try {
        await handle.writeFile(JSON.stringify(checkpoint));
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(next, file);
    },
    async remove() {
      await rm(file, { force: true });
      await rm(`${file}.next`, { force: true });
    },
  };
}

function parseCheckpoint(text: string, file: string): Checkpoint {
  try {
    const value: unknown = JSON.parse(text);
    if (isCheckpoint(value)) return value;
  } catch {
    // Said below, as of any other text that is none.
  }
  throw new PerfError(
    'ERR_PERF_CHECKPOINT_MISMATCH',
    `${file} holds no checkpoint; remove it and start again`,
  );
}

/** Looks at the shape alone: whether it belongs to an export is for the export to say. */
function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { version, format, fingerprint, source, bytes, rows, state } = Object.fromEntries(
    Object.entries(value),
  );
  return (
    version === 1 &&
    [format, fingerprint, source].every((text) => typeof text === 'string') &&
    [bytes, rows].every((count) => Number.isSafeInteger(count) && Number(count) >= 0) &&
    typeof state === 'object' &&
    state !== null
  );
}
