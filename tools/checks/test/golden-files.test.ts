import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plant } from './planted-repository.ts';
import { workspacesOf } from '../src/workspaces.ts';

/** Golden files that no test of their package names, that no input of a test is called like, and whose folder no test reads whole. */
function forgottenGoldenFiles(root?: string): string[] {
  return workspacesOf(root).flatMap(({ folder, path }) => {
    const golden = globSync('test/golden/**/*.*', { cwd: folder });
    if (golden.length === 0) return [];
    const tests = globSync('test/**/*.ts', { cwd: folder }).map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    );
    const inputs = globSync('test/**/*.*', { cwd: folder, exclude: ['test/golden/**'] }).map((file) =>
      basename(file),
    );
    const isNamed = (file: string): boolean =>
      [basename(file), basename(file, '.json')].some((name) => tests.some((text) => text.includes(name)));
    const hasInput = (file: string): boolean => {
      const stem = basename(file, extname(file));
      return inputs.some((input) => input === stem || basename(input, extname(input)) === stem);
    };
    const isReadWhole = (file: string): boolean => {
      const below = dirname(file).replaceAll('\\', '/').replace('test/', '');
      return (
        below !== 'golden' &&
        tests.some((text) => text.includes('readdirSync(') && text.includes(`'${below}'`))
      );
    };
    return golden
      .filter((file) => !isNamed(file) && !hasInput(file) && !isReadWhole(file))
      .map((file) => `${path}/${file}`);
  });
}

describe('golden files', () => {
  it('are each named by a test of their package', () => {
    expect(forgottenGoldenFiles()).toEqual([]);
  });

  it('are found when no test names them', () => {
    using repository = plant({
      'packages/a/package.json': { name: '@perf/a' },
      'packages/a/test/golden/kept-v1.json': {},
      'packages/a/test/golden/forgotten-v1.bin': 'x',
      'packages/a/test/golden/plans/read-whole.txt': 'x',
      'packages/a/test/golden/answer.plan': 'x',
      'packages/a/test/inputs/answer.json': {},
      'packages/a/test/a.test.ts': "read('golden/kept-v1.json'); readdirSync(join(here, 'golden/plans'));",
    });

    expect(forgottenGoldenFiles(repository.root)).toEqual(['packages/a/test/golden/forgotten-v1.bin']);
  });
});
