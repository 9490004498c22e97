import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plant } from './planted-repository.ts';
import { workspacesOf } from '../src/workspaces.ts';

/** Golden files that no test of their package names, neither by file nor by folder. */
function forgottenGoldenFiles(root?: string): string[] {
  return workspacesOf(root).flatMap(({ folder, path }) => {
    const golden = globSync('test/golden/**/*.*', { cwd: folder });
    if (golden.length === 0) return [];
    const tests = globSync('test/**/*.ts', { cwd: folder }).map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    );
    const isNamed = (file: string): boolean =>
      [basename(file), basename(file, '.json')].some((name) => tests.some((text) => text.includes(name)));
    return golden.filter((file) => !isNamed(file)).map((file) => `${path}/${file}`);
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
      'packages/a/test/a.test.ts': "read('golden/kept-v1.json');",
    });

    expect(forgottenGoldenFiles(repository.root)).toEqual(['packages/a/test/golden/forgotten-v1.bin']);
  });
});
