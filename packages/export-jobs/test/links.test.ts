import type { JobRecord } from '@perf/contracts';
import type { ExportJobs } from '@perf/export-jobs';
import { createExportJobs, folderOutputs, memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SECRET = 'a secret of more than 32 characters!';
const DONE: JobRecord = {
  version: 1,
  id: 'job-1',
  request: { source: { name: 's' }, format: 'csv', owner: 'ada' },
  state: 'completed',
  epoch: 1,
  attempts: 0,
  stalls: 0,
  createdAt: 0,
};

async function jobsWith(
  options: { readonly secret?: string; readonly now?: () => number; readonly record?: JobRecord } = {},
): Promise<ExportJobs> {
  const { secret = SECRET, now = () => 1000, record = DONE } = options;
  const store = memoryJobStore();
  await store.create(record);
  const parts = { queue: memoryJobQueue(), store, outputs: folderOutputs('nowhere') };
  return createExportJobs({ ...parts, linkSecret: secret, now });
}

describe('a link', () => {
  it('opens until it ends', async () => {
    let now = 1000;
    const jobs = await jobsWith({ now: () => now });
    const link = await jobs.link('job-1', { ttlMs: 500 });

    now = 1499;
    expect(await jobs.openLink(link)).toMatchObject({ id: 'job-1' });
    now = 1500;
    expect(await jobs.openLink(link)).toBeUndefined();
  });

  it('ends no later than the file', async () => {
    let now = 1000;
    const jobs = await jobsWith({ now: () => now, record: { ...DONE, expiresAt: 1200 } });
    const link = await jobs.link('job-1');

    now = 1200;

    expect(await jobs.openLink(link)).toBeUndefined();
  });

  it('may stand in a URL as it is', async () => {
    const link = await (await jobsWith()).link('job-1');

    expect(encodeURIComponent(link)).toBe(link);
  });

  it('is worth nothing once a sign of it is changed, added or gone', async () => {
    const jobs = await jobsWith();
    const link = await jobs.link('job-1');
    const sign = fc.constantFrom('a', 'b', 'X', 'Z', '0', '9', '-', '_', '.');
    await fc.assert(
      fc.asyncProperty(fc.nat(link.length - 1), sign, fc.nat(1), async (at, other, gone) => {
        const changed = link.slice(0, at) + other + link.slice(at + gone);
        fc.pre(changed !== link);

        expect(await jobs.openLink(changed)).toBeUndefined();
      }),
    );
  });

  it('of another secret, and any other text, opens nothing', async () => {
    const other = await jobsWith({ secret: `${SECRET}!` });
    const jobs = await jobsWith();

    expect(await jobs.openLink(await other.link('job-1'))).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3000 }), async (text) => {
        expect(await jobs.openLink(text)).toBeUndefined();
      }),
    );
  });

  it('is given for whole files alone, and needs a secret that is long enough', async () => {
    const running = await jobsWith({ record: { ...DONE, state: 'running' } });

    await expect(running.link('job-1')).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
    await expect(running.link('job-2')).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    await expect(jobsWith({ secret: 'short' })).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});
