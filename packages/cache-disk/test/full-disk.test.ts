import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DiskStore } from '@perf/cache-disk';
import { describe, expect, it } from 'vitest';
import { entry, textsOf } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

const CHILD = fileURLToPath(new URL('full-disk-process.ts', import.meta.url));

describe.each(['lmdb', 'sqlite'] as const)('a full disk under %s', (driver) => {
  it('refuses writes, serves what it has, ends well, and takes writes when there is room again', async () => {
    using folder = new TempFolder();
    // The shell's unit is 512 bytes or 1 KiB: at most 8 MiB a file, for root as for anybody else.
    const command = 'ulimit -f 8192; exec "$@"';
    const flags = ['--conditions=@perf/source', '--disable-warning=ExperimentalWarning'];
    const args = ['-c', command, 'sh', process.execPath, ...flags, CHILD, folder.path, driver];

    const { stdout } = await promisify(execFile)('/bin/sh', args);
    const report: unknown = JSON.parse(stdout);
    const written = Number(/"written":(\d+)/.exec(stdout)?.[1]);

    expect(report).toEqual({
      refusal: 'ERR_PERF_TIER_UNAVAILABLE',
      again: 'refused',
      written,
      whole: written,
      errors: 2,
    });
    expect(written).toBeGreaterThan(20);
    const warnings: unknown[] = [];
    await using store = await DiskStore.open(folder.path, {
      driver,
      onError: (error) => warnings.push(error),
    });
    await store.setMany([entry('room', 'again')]);
    expect(textsOf(await store.getMany(['room']))).toEqual(['again']);
    expect(store.statistics.entries).toBe(written + 1);
    expect(warnings).toEqual([]);
  });
});
