import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningBench, Scratch, runBench } from './run-bench.ts';
import type { TinyFlights } from './tiny-flights.ts';
import { makeTinyFlights } from './tiny-flights.ts';

const timeout = 60_000;
const ALL = ['query', '--text', '{"from":"flights"}'];
let tiny: TinyFlights;

beforeAll(async () => {
  tiny = await makeTinyFlights();
});
afterAll(() => tiny[Symbol.dispose]());

/** A file system of 64 KiB that goes at the end of its scope; undefined for whoever may not mount. */
function mountTiny(path: string): Disposable | undefined {
  mkdirSync(path);
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    return { [Symbol.dispose]: () => void execFileSync('/bin/umount', [path]) };
  } catch {
    // Only root may mount, and not in every container.
    return undefined;
  }
}

describe('a full disk', () => {
  it(
    'ends an export to a file with a code, and leaves neither the file nor a part of it',
    async ({ skip }) => {
      using scratch = new Scratch();
      using disk = mountTiny(scratch.file('disk'));
      if (disk === undefined) return skip('nothing can be mounted here');

      const { code, stdout, stderr } = await runBench([
        ...ALL,
        ...tiny.args,
        '--to',
        scratch.file('disk/x.csv'),
      ]);

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('perf-bench: ERR_PERF_SINK_FAILED: ');
      expect(stderr).toContain('ENOSPC');
      expect(readdirSync(scratch.file('disk'))).toEqual([]);
    },
    timeout,
  );

  it(
    'ends the demo with a code, and leaves no report, figures or exports',
    async ({ skip }) => {
      using scratch = new Scratch();
      using disk = mountTiny(scratch.file('disk'));
      if (disk === undefined) return skip('nothing can be mounted here');

      const { code, stderr } = await runBench(['demo', ...tiny.args, '--out', scratch.file('disk')]);

      expect(code).toBe(1);
      expect(stderr).toContain('perf-bench: ERR_PERF_SINK_FAILED: ');
      expect(readdirSync(scratch.file('disk'))).toEqual([]);
    },
    timeout,
  );

  it(
    'under the temporary folder ends the loading of SQLite with a code, and leaves nothing there',
    async ({ skip }) => {
      using scratch = new Scratch();
      using disk = mountTiny(scratch.file('disk'));
      if (disk === undefined) return skip('nothing can be mounted here');

      const { code, stdout, stderr } = await runBench([...ALL, ...tiny.args, '--engine', 'sqlite'], {
        env: { TMPDIR: scratch.file('disk') },
      });

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/perf-bench: ERR_PERF_SINK_FAILED: cannot fill .* disk is full/);
      expect(readdirSync(scratch.file('disk'))).toEqual([]);
    },
    timeout,
  );

  it.skipIf(!existsSync('/dev/full')).each([[[...ALL]], [['--help']]])(
    'behind stdout ends %j with a code',
    async (args) => {
      const full = openSync('/dev/full', 'w');

      const { code, stderr } = await runBench(args[0] === 'query' ? [...args, ...tiny.args] : args, {
        stdout: full,
      });
      closeSync(full);

      expect(code).toBe(1);
      expect(stderr).toContain('perf-bench: ERR_PERF_SINK_FAILED: ');
      expect(stderr).not.toContain('    at ');
    },
    timeout,
  );
});

describe('a reader that goes away', () => {
  it(
    'ends the command as SIGPIPE would, without a word',
    async () => {
      const running = new RunningBench([...ALL, ...tiny.args]);
      running.child.stdout?.destroy();

      const { code, stderr } = await running.ended;

      expect(code).toBe(141);
      expect(stderr).not.toContain('perf-bench: ');
      expect(running.isAlive).toBe(false);
    },
    timeout,
  );
});
