import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chaosCommand } from '../src/chaos/command.ts';
import { readSwitches } from '../src/terminal/switches.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-chaos-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function chaos(...argv: string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const { signal } = new AbortController();
  const { switches } = readSwitches(undefined);
  const code = await chaosCommand(argv, { signal, switches, write: (more) => void (text += more) });
  return { code, text };
}

describe('perf-bench chaos export', () => {
  it('resumes what it has killed, to the same bytes', { timeout: 120_000 }, async () => {
    const json = join(folder, 'chaos.json');

    const { code, text } = await chaos(
      'export',
      '--kills',
      '2',
      '--formats',
      'csv,csv.gz',
      '--rows',
      '300000',
      '--json',
      json,
    );

    expect(code).toBe(0);
    expect(text).toContain('csv.gz');
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      figures: [
        { id: 'chaos.export.kills', value: 2 },
        { id: 'chaos.export.differing', value: 0 },
        { id: 'chaos.export.formats', value: 2 },
      ],
    });
  });

  it('refuses to prove anything by an export without checkpoints', { timeout: 60_000 }, async () => {
    await expect(chaos('export', '--kills', '1', '--formats', 'csv', '--rows', '10')).rejects.toMatchObject({
      code: 'ERR_PERF_RUN_INVALID',
    });
  });

  it.each([
    [['imports']],
    [['jobs', '--workers', '0']],
    [['export', '--kills', '0']],
    [['export', '--formats', 'pdf']],
  ])('refuses the arguments %o', async (argv) => {
    await expect(chaos(...argv)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});

describe('perf-bench chaos jobs', () => {
  it('completes every job once though workers and Redis are killed', { timeout: 240_000 }, async () => {
    const json = join(folder, 'chaos.json');
    const short = ['--jobs', '4', '--workers', '2', '--rows', '100000', '--rows-per-second', '10000'];

    const { code, text } = await chaos('jobs', ...short, '--seconds-between-kills', '3', '--json', json);

    expect(text).toContain('ndjson');
    const completed: unknown = expect.objectContaining({ state: 'completed' });
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      report: { jobs: [completed, completed, completed, completed] },
      figures: [
        { id: 'chaos.jobs.jobs', value: 4 },
        { id: 'chaos.jobs.kills' },
        { id: 'chaos.jobs.incomplete', value: 0 },
        { id: 'chaos.jobs.differing', value: 0 },
        { id: 'chaos.jobs.twice', value: 0 },
      ],
    });
    expect(code).toBe(0);
  });

  it(
    'refuses to prove anything by jobs that end before a worker is killed',
    { timeout: 60_000 },
    async () => {
      const tiny = ['--jobs', '1', '--workers', '1', '--rows', '10'];

      await expect(chaos('jobs', ...tiny)).rejects.toMatchObject({ code: 'ERR_PERF_RUN_INVALID' });
    },
  );
});
