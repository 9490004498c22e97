import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';

const timeout = 30_000;

describe('perf-bench', () => {
  it.each([
    [['--help'], 'perf-bench <command>'],
    [['-h'], 'perf-bench <command>'],
    [['demo', '--help'], 'perf-bench demo'],
    [['query', '-h'], 'perf-bench query'],
    [['explain', '-h'], 'perf-bench explain'],
    [['scorecard', '--help'], 'perf-bench scorecard'],
    [['soak', '--help'], 'perf-bench soak'],
  ])(
    'helps with %j on stdout',
    async (args, begin) => {
      const { code, stdout, stderr } = await runBench(args);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.startsWith(begin)).toBe(true);
    },
    timeout,
  );

  it(
    'tells its version',
    async () => {
      const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

      const result = await runBench(['--version']);

      expect(manifest).toMatchObject({ version: result.stdout.trim() });
      expect(result).toMatchObject({ code: 0, stderr: '' });
    },
    timeout,
  );

  it.each([
    [[], 'a command is missing'],
    [['fly'], 'no command is named "fly"'],
    [['--fly'], 'no command is named "--fly"'],
    [['demo', '--fly'], 'ERR_PARSE_ARGS_UNKNOWN_OPTION: '],
    [['demo', 'fast'], 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: '],
    [['demo', '--json'], 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE: '],
    [['query', '--text'], 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE: '],
    [['query'], 'ERR_PERF_INVALID_OPTION: give the query with --file or with --text'],
    [['query', '--text', '{}', '--file', 'q.json'], 'ERR_PERF_INVALID_OPTION: give the query'],
    [['query', '--text', '{}', '--engine', 'oracle'], 'ERR_PERF_INVALID_OPTION: --engine must be'],
    [['query', '--text', '{}', '--format', 'xml'], 'ERR_PERF_INVALID_OPTION: --format must be'],
    [['explain'], 'ERR_PERF_INVALID_OPTION: give a plan with --plan, or a database'],
    [['explain', '--plan', 'p', '--url', 'sqlite:x'], 'ERR_PERF_INVALID_OPTION: give a plan'],
    [['explain', '--plan', 'p', '--analyze'], 'ERR_PERF_INVALID_OPTION: give a plan'],
    [['explain', '--plan', 'p', '--format', 'pdf'], 'ERR_PERF_INVALID_OPTION: --format must be'],
    [['explain', '--plan', 'p', '--format', 'svg', '--compare', 'q'], 'ERR_PERF_INVALID_OPTION: --compare'],
    [['explain', '--plan', 'p', '--out', ''], 'ERR_PERF_INVALID_OPTION: --out must name a file'],
    [['query', '--text', '{}', '--to', ''], 'ERR_PERF_INVALID_OPTION: --to must name a file'],
  ])(
    'ends with 2 for %j and says why on stderr',
    async (args, message) => {
      const { code, stdout, stderr } = await runBench(args);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.slice(0, message.length + 12)).toBe(`perf-bench: ${message}`);
      expect(stderr).not.toContain('    at ');
    },
    timeout,
  );

  it(
    'says before the work that the files of the demo cannot be written',
    async () => {
      using scratch = new Scratch();

      const json = await runBench(['demo', '--json', scratch.file('none/x.json')]);
      const out = await runBench(['demo', '--out', '/dev/null/report']);

      for (const { code, stdout, stderr } of [json, out]) {
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toMatch(/^perf-bench: ERR_PERF_OPEN_FAILED: /);
      }
    },
    timeout,
  );

  it(
    'warns of a PERF_DISABLE that names nothing',
    async () => {
      const { stderr } = await runBench(['query'], { env: { PERF_DISABLE: 'optimiser,cache' } });

      expect(stderr).toMatch(/^perf-bench: PERF_DISABLE names "optimiser", which switches nothing off\n/);
    },
    timeout,
  );
});
