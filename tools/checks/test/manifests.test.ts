import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicWorkspacesOf, repositoryRoot } from '../src/workspaces.ts';

const workspaces = publicWorkspacesOf().map((workspace) => ({ ...workspace, name: workspace.manifest.name }));
const changesets = globSync('.changeset/*.md', { cwd: repositoryRoot }).map((file) =>
  readFileSync(join(repositoryRoot, file), 'utf8'),
);

describe.each(workspaces)('$name', ({ folder, path, manifest, name }) => {
  it('has a README whose heading names it', () => {
    const readme = join(folder, 'README.md');

    expect(existsSync(readme), `${path}/README.md is missing`).toBe(true);
    expect(readFileSync(readme, 'utf8').split('\n')[0]).toContain(name.slice('@perf/'.length));
  });

  it('tells its changes in a changeset or a CHANGELOG', () => {
    const isTold =
      existsSync(join(folder, 'CHANGELOG.md')) ||
      changesets.some((text) => new RegExp(`^['"]${name}['"]:`, 'm').test(text));

    expect(isTold, `neither ${path}/CHANGELOG.md nor a changeset names ${name}`).toBe(true);
  });

  it('is published as ES modules with sources, for Node 22.15 and later', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      engines: { node: '>=22.15' },
      publishConfig: { access: 'public' },
      repository: { directory: path },
    });
    expect(manifest.description).toMatch(/\.$/);
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src', '!dist/**/*.tsbuildinfo']));
    expect(manifest.exports).toHaveProperty(['./package.json'], './package.json');
  });

  it('names only files that exist in bin', () => {
    const missing = Object.values(manifest.bin ?? {}).filter((file) => !existsSync(join(folder, file)));

    expect(missing).toEqual([]);
  });
});

describe.each(workspaces.filter(({ kind }) => kind === 'packages'))(
  'exports of $name',
  ({ folder, path, manifest }) => {
    it('serves sources to this repository and built files to everybody else', () => {
      const entryPoints = Object.entries(manifest.exports ?? {}).filter(([key]) => key !== './package.json');

      expect(entryPoints.map(([key]) => key)).toContain('.');
      expect(manifest.sideEffects).toBe(false);
      for (const [, conditions] of entryPoints) {
        expect(Object.keys(conditions)).toEqual(['@perf/source', 'types', 'default']);
        const { '@perf/source': source, types, default: built } = conditions as Record<string, string>;
        const expected = source?.replace('./src/', './dist/').replace(/\.ts$/, '');
        expect([types, built]).toEqual([`${expected}.d.ts`, `${expected}.js`]);
        expect(existsSync(join(folder, source ?? '')), `${path}: ${source} is missing`).toBe(true);
      }
    });
  },
);
