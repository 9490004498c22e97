import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckReport, type Counts } from '../src/check-report.ts';
import { checkImports } from '../src/smoke/check-imports.ts';
import { checkTypes } from '../src/smoke/check-types.ts';
import { entryPointsOf, type EntryPoint } from '../src/smoke/consumer.ts';
import { repositoryRoot } from '../src/workspaces.ts';
import { plant, type PlantedFiles } from './planted-repository.ts';

const thisNode = { binary: process.execPath, version: process.versions.node };
const thisCompiler = { tsc: join(repositoryRoot, 'node_modules/.bin/tsc'), version: 'here' };

/** An installed package with these files; `index.js` and `index.d.ts` are fine unless given. */
function installed(name: string, files: PlantedFiles = {}): PlantedFiles {
  const whole: PlantedFiles = {
    'package.json': { name, type: 'module', exports: { types: './index.d.ts', default: './index.js' } },
    'index.js': 'export const one = 1;',
    'index.d.ts': 'export declare const one: number;',
    ...files,
  };
  return Object.fromEntries(
    Object.entries(whole).map(([file, text]) => [`node_modules/${name}/${file}`, text]),
  );
}

const types = installed('@types/node', {
  'package.json': { name: '@types/node', version: '22.0.0', types: 'index.d.ts' },
});

/** What a check of `@perf/a` counts in a project with these packages. */
async function countsOf(
  check: (
    report: CheckReport,
    consumer: { folder: string } & Disposable,
    entries: EntryPoint[],
  ) => Promise<void>,
  ...packages: PlantedFiles[]
): Promise<Counts> {
  using project = plant(types, ...packages);
  const consumer = { folder: project.root, [Symbol.dispose]: () => undefined };
  const report = new CheckReport();
  await check(report, consumer, [{ packageName: '@perf/a', specifier: '@perf/a' }]);
  return report.counts;
}

const imports = (packages: PlantedFiles[]): Promise<Counts> =>
  countsOf((report, consumer, entries) => checkImports(report, consumer, entries, thisNode), ...packages);
const compiles = (packages: PlantedFiles[]): Promise<Counts> =>
  countsOf((report, consumer, entries) => checkTypes(report, consumer, entries, thisCompiler), ...packages);

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('checkImports', () => {
  it('passes a package that can be imported and required', async () => {
    expect(await imports([installed('@perf/a')])).toEqual({ passed: 2, failed: 0, skipped: 0 });
  });

  it.each([
    ['lacks a file', { 'index.js': "export * from './missing.js';" }],
    ['exports nothing', { 'index.js': 'export {};' }],
    ['throws', { 'index.js': "throw new Error('broken');" }],
    ['imports what it does not declare', { 'index.js': "export * from 'absent';" }],
    ['ends the process', { 'index.js': 'process.exit(3);' }],
  ])('fails a package that %s', async (_, files) => {
    expect(await imports([installed('@perf/a', files)])).toEqual({ passed: 0, failed: 2, skipped: 0 });
  });

  it('fails require alone for a package that waits at its top level', async () => {
    const waits = { 'index.js': 'export const one = await Promise.resolve(1);' };

    expect(await imports([installed('@perf/a', waits)])).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});

describe('checkTypes', () => {
  it('passes a package whose declarations are sound', async () => {
    expect(await compiles([installed('@perf/a')])).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it.each([
    ['are missing', { 'index.d.ts': "export * from './missing.js';" }],
    ['name an unknown type', { 'index.d.ts': 'export declare const one: Unknown;' }],
    ['need a library that a consumer may lack', { 'index.d.ts': 'export declare const one: HTMLElement;' }],
  ])('fails a package whose declarations %s', async (_, files) => {
    expect(await compiles([installed('@perf/a', files)])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('skips a package that pulls in broken declarations of a third party', async () => {
    const counts = await compiles([
      installed('@perf/a', { 'index.d.ts': "export * from 'theirs';" }),
      installed('theirs', { 'index.d.ts': 'export declare const one: Unknown;' }),
    ]);

    expect(counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
  });
});

describe('entryPointsOf', () => {
  it('lists the package and its subpaths, without package.json', () => {
    const manifest = {
      name: '@perf/a',
      exports: { '.': './a.js', './b': './b.js', './package.json': './package.json' },
    };

    const entries = entryPointsOf({ kind: 'packages', path: 'packages/a', folder: '/a', manifest });

    expect(entries.map(({ specifier }) => specifier)).toEqual(['@perf/a', '@perf/a/b']);
  });
});
