import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemOfExample, readmeExample } from '../src/readme-example.ts';
import { repositoryRoot, workspacesOf } from '../src/workspaces.ts';
import { plant } from './planted-repository.ts';

const tsconfig = join(repositoryRoot, 'tsconfig.base.json');
const packages = workspacesOf().filter(({ kind }) => kind === 'packages');
const readmes = [
  { path: 'README.md', folder: repositoryRoot },
  ...packages.map(({ path, folder }) => ({ path: `${path}/README.md`, folder })),
];

describe('the first example', () => {
  it.each(readmes)(
    'of $path compiles and runs',
    async ({ folder }) => {
      const problem = await problemOfExample(folder, readmeExample(folder), tsconfig);

      expect(problem).toBeUndefined();
    },
    60_000,
  );
});

describe('readmeExample', () => {
  it.each([
    [{}, /README\.md is missing/],
    [{ 'README.md': '# a\n```sh\nls\n```\n' }, /has no ```ts block/],
    [{ 'README.md': '# a\n```ts\n// skip-run\n```\n' }, /an example that does not run/],
  ])('refuses %o', (files, message) => {
    using repository = plant(files);

    expect(() => readmeExample(repository.root)).toThrow(message);
  });

  it('takes the first block', () => {
    using repository = plant({ 'README.md': '# a\n```ts\nfirst();\n```\n```ts\nsecond();\n```\n' });

    expect(readmeExample(repository.root)).toBe('first();\n');
  });
});

describe('problemOfExample', () => {
  const folder = join(import.meta.dirname, '..');

  it.each([
    ['const one: number = 1; console.log(one);', undefined],
    ["const one: number = 'one';", /^types: .*TS2322/],
    ["throw new Error('does not work');", /^ended with 1: .*does not work/s],
  ])(
    'runs %s',
    async (code, expected) => {
      const problem = await problemOfExample(folder, code, tsconfig);

      expect(problem ?? 'fine').toMatch(expected ?? 'fine');
    },
    60_000,
  );
});
