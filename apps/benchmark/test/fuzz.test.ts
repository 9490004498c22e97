import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fuzzCommand } from '../src/fuzz/command.ts';
import { FUZZ_MUTANTS } from '../src/fuzz/fuzz-mutants.ts';
import { isMutantCaught } from '../src/fuzz/try-mutant.ts';
import { readSwitches } from '../src/terminal/switches.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-fuzz-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();

async function fuzz(...argv: string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const { switches } = readSwitches(undefined);
  const code = await fuzzCommand(argv, { signal, switches, write: (more) => void (text += more) });
  return { code, text };
}

describe('perf-bench fuzz optimizer', () => {
  it('finds no answer that a rewrite changes, on four engines', { timeout: 240_000 }, async () => {
    const json = join(folder, 'fuzz.json');

    const { code, text } = await fuzz('optimizer', '--cases', '400', '--no-mutants', '--json', json);

    expect(text).toContain('scalar-join');
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      figures: [
        { id: 'fuzz.optimizer.cases', value: 400 },
        { id: 'fuzz.optimizer.engines', value: 4 },
        { id: 'fuzz.optimizer.differing', value: 0 },
        { id: 'fuzz.optimizer.least-fired-rule' },
        { id: 'fuzz.optimizer.broken-rules-missed', value: 0 },
      ],
    });
    expect(code).toBe(0);
  });

  it('finds out an optimizer that lacks a proof', { timeout: 120_000 }, async () => {
    const name = 'scalar-join: a count of nothing';

    expect(FUZZ_MUTANTS.map((mutant) => mutant.name)).toContain(name);
    expect(await isMutantCaught({ name, cases: 300, seed: 1, folder }, signal)).toBe(true);
  });

  it.each([[['parser']], [['optimizer', '--cases', '0']], [['optimizer', '--engines', 'oracle']]])(
    'refuses the arguments %o',
    async (argv) => {
      await expect(fuzz(...argv)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    },
  );
});
