import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';
import type { TinyFlights } from './tiny-flights.ts';
import { makeTinyFlights } from './tiny-flights.ts';

const timeout = 30_000;
const APP = join(import.meta.dirname, '..');
const MODULES = join(APP, '../../node_modules');
let tiny: TinyFlights;

beforeAll(async () => {
  tiny = await makeTinyFlights();
});
afterAll(() => tiny[Symbol.dispose]());

/** The app in another place, with its dependencies but without its development dependencies. */
function copyOfApp(scratch: Scratch): string {
  for (const name of ['bin', 'src', 'package.json'])
    cpSync(join(APP, name), scratch.file(name), { recursive: true });
  mkdirSync(scratch.file('node_modules'));
  symlinkSync(join(MODULES, '@perf'), scratch.file('node_modules/@perf'));
  return scratch.path;
}

describe('without a package that only development has', () => {
  it.each([
    ['vega-datasets', ['demo']],
    ['vega-datasets', ['query', '--text', '{"from":"flights"}']],
    ['fast-csv', ['demo', 'TINY']],
  ])(
    'says how to install %s for %j',
    async (name, args) => {
      using scratch = new Scratch();
      const app = copyOfApp(scratch);

      const { code, stdout, stderr } = await runBench(
        args.flatMap((arg) => (arg === 'TINY' ? tiny.args : [arg])),
        { app, cwd: app },
      );

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        `perf-bench: ERR_PERF_MISSING_PACKAGE: this command needs the package ${name}; install it with: npm install --save-dev ${name}\n`,
      );
    },
    timeout,
  );

  it(
    'answers queries of files that are given',
    async () => {
      using scratch = new Scratch();
      const app = copyOfApp(scratch);

      const { code, stdout } = await runBench(
        [
          'query',
          '--text',
          '{"from":"airports","select":["iata"],"orderBy":[{"field":"iata"}],"limit":1}',
          ...tiny.args,
        ],
        { app, cwd: app },
      );

      expect(code).toBe(0);
      expect(stdout.split(/\r?\n/)).toEqual(['iata', 'AUS', '']);
    },
    timeout,
  );
});

describe('@perf/testkit', () => {
  it(
    'gives the app its inputs and measures without vitest and fast-check',
    async () => {
      using scratch = new Scratch();

      // The copy has neither; node_modules of the repository, where they are, is found from the real path of testkit only.
      const { code, stderr } = await runBench([], {
        program: 'test/fixtures/imports-of-testkit.ts',
        cwd: scratch.path,
      });

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
    timeout,
  );
});
