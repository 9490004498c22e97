import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '@perf/contracts';
import { folderOutputs } from '@perf/export-jobs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-outputs-'));
  await mkdir(join(folder, 'job-1'));
});
afterEach(() => rm(folder, { recursive: true }));

const CHECKPOINT = JSON.stringify({
  version: 1,
  format: 'csv',
  fingerprint: 'f',
  source: 's',
  bytes: 3,
  rows: 1,
  state: {},
});

function run(epoch: number): JobRecord {
  const request = { source: { name: 's' }, format: 'csv', owner: 'ada' };
  return {
    version: 1,
    id: 'job-1',
    request,
    state: 'running',
    epoch,
    attempts: 0,
    stalls: 0,
    createdAt: 0,
  };
}

/** What lies in the job's folder after a run has opened its output; `left` is what processes that were killed have left. */
async function opened(epoch: number, left: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(left)) await writeFile(join(folder, 'job-1', name), text);
  await folderOutputs(folder).open(run(epoch));
  return (await readdir(join(folder, 'job-1'))).toSorted();
}

describe('outputs in a folder', () => {
  it('take over the newest run that left both bytes and a checkpoint', async () => {
    const names = await opened(4, {
      '1.partial': 'aaaa',
      '1.checkpoint': CHECKPOINT,
      '2.partial': 'bbbb',
      '2.checkpoint': CHECKPOINT,
      '3.partial': 'half a copy',
    });

    expect(names).toEqual(['4.checkpoint', '4.partial']);
  });

  it('leave nothing behind of a process that died while it saved a checkpoint', async () => {
    const names = await opened(2, {
      '1.partial': 'aaaa',
      '1.checkpoint': CHECKPOINT,
      '1.checkpoint.next': '{"ver',
    });

    expect(names).toEqual(['2.checkpoint', '2.partial']);
  });

  it('go on with what a process had set aside that died in its commit', async () => {
    const names = await opened(2, {
      '1.partial.00000000-0000-4000-8000-000000000000': 'aaaa',
      '1.checkpoint': CHECKPOINT,
    });

    expect(names).toEqual(['2.checkpoint', '2.partial']);
  });

  it('begin anew when bytes or checkpoint are missing', async () => {
    expect(await opened(2, { '1.partial': 'aaaa' })).toEqual([]);
    expect(await opened(3, { '2.checkpoint': CHECKPOINT })).toEqual([]);
  });

  it('touch no file that is not of a run', async () => {
    const names = await opened(2, { 'export.csv': 'whole', '1.partial': 'aaaa', '1.notes': 'x' });

    expect(names).toEqual(['1.notes', 'export.csv']);
  });

  it('leave nothing of an earlier run that wrote on until the end', async () => {
    const outputs = folderOutputs(folder);
    const { sink } = await outputs.open(run(2));
    await sink.open();
    await sink.write(new TextEncoder().encode('whole'));
    for (const name of ['1.partial', '1.checkpoint'])
      await writeFile(join(folder, 'job-1', name), CHECKPOINT);

    await sink.commit();

    expect(await readdir(join(folder, 'job-1'))).toEqual(['export.csv']);
  });
});
