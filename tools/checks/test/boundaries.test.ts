import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBoundaries } from '../src/boundaries.ts';
import { plant, type PlantedFiles } from './planted-repository.ts';

const reference = (name: string): object => ({ path: `../${name}/tsconfig.lib.json` });

/** A small repository in order: contracts, testkit, two exporters and a cache. */
const inOrder: PlantedFiles = {
  'package.json': { name: 'root', devDependencies: { vitest: '5.1.0' } },
  'vitest.shared.ts': 'export const shared = 1;',
  'packages/contracts/package.json': { name: '@perf/contracts' },
  'packages/contracts/tsconfig.lib.json': {},
  'packages/contracts/src/index.ts': "import { createHash } from 'node:crypto'; export const h = createHash;",
  'packages/testkit/package.json': { name: '@perf/testkit', dependencies: { '@perf/contracts': '^1.0.0' } },
  'packages/testkit/tsconfig.lib.json': { references: [reference('contracts')] },
  'packages/testkit/src/index.ts': "export type { Row } from '@perf/contracts';",
  'packages/export-core/package.json': {
    name: '@perf/export-core',
    dependencies: { '@perf/contracts': '^1.0.0' },
  },
  'packages/export-core/tsconfig.lib.json': { references: [reference('contracts')] },
  'packages/export-core/src/index.ts': "export type { Row } from '@perf/contracts';",
  'packages/export-csv/package.json': {
    name: '@perf/export-csv',
    dependencies: { '@perf/export-core': '^0.1.0' },
  },
  'packages/export-csv/tsconfig.lib.json': { references: [reference('export-core')] },
  'packages/export-csv/src/index.ts': "export { fileSink } from '@perf/export-core';",
  'packages/cache/package.json': {
    name: '@perf/cache',
    dependencies: { '@perf/contracts': '^1.0.0', 'lru-cache': '11.5.3' },
    peerDependencies: { ioredis: '^6.0.0' },
    devDependencies: { '@perf/testkit': '^0.1.0', '@types/node': '22.20.5', ioredis: '6.0.0' },
  },
  'packages/cache/tsconfig.lib.json': { references: [reference('contracts')] },
  'packages/cache/src/index.ts':
    "import type { Row } from '@perf/contracts'; import { LRUCache } from 'lru-cache'; export type A = Row | LRUCache;",
  'packages/cache/src/redis.ts':
    "import type { Redis } from 'ioredis'; import fs from 'node:fs'; export { fs };",
  'packages/cache/test/cache.test.ts':
    "import { it } from 'vitest'; import { A } from '@perf/cache'; import { suite } from '@perf/testkit';",
  'packages/cache/vitest.config.ts': "export { shared as default } from '../../vitest.shared.ts';",
};

/** What the checker finds when these files are added to the repository in order. */
function breachesWith(files: PlantedFiles): string[] {
  using repository = plant(inOrder, files);
  return checkBoundaries(repository.root);
}

describe('checkBoundaries', () => {
  it('finds this repository in order', () => {
    expect(checkBoundaries()).toEqual([]);
  });

  it('finds nothing in a repository in order', () => {
    expect(breachesWith({})).toEqual([]);
  });

  it.each([
    ['a static import', "import { x } from '@perf/export-core';"],
    ['an import for its effect', "import '@perf/export-core';"],
    ['a type import', "import type { X } from '@perf/export-core';"],
    ['an import of one type', "import { type X } from '@perf/export-core';"],
    ['a re-export', "export { x } from '@perf/export-core';"],
    ['a re-export of all', "export * from '@perf/export-core';"],
    ['a type re-export', "export type { X } from '@perf/export-core';"],
    ['a dynamic import', "export const x = await import('@perf/export-core');"],
    ['a dynamic import in a template', 'export const x = await import(`@perf/export-core`);'],
    ['a type written as an import', "export type X = import('@perf/export-core').X;"],
    ['a typeof import', "export type X = typeof import('@perf/export-core');"],
    ['require', "export const x = require('@perf/export-core');"],
    ['require.resolve', "export const x = require.resolve('@perf/export-core');"],
    ['module.require', "export const x = module.require('@perf/export-core');"],
    ['import = require', "import x = require('@perf/export-core'); export { x };"],
    ['createRequire called at once', "export const x = createRequire(import.meta.url)('@perf/export-core');"],
    [
      'createRequire under another name',
      "const load = createRequire(import.meta.url); export const x = load('@perf/export-core');",
    ],
    ['import.meta.resolve', "export const x = import.meta.resolve('@perf/export-core');"],
    ['a reference comment', '/// <reference types="@perf/export-core" />'],
    ['a subpath', "import { x } from '@perf/export-core/sinks';"],
  ])('catches another package behind %s', (_, source) => {
    const breaches = breachesWith({ 'packages/cache/src/planted.ts': source });

    expect(breaches).toEqual([
      'packages/cache/src/planted.ts:1: imports @perf/export-core; a package may import @perf/contracts only',
    ]);
  });

  it('catches another package although package.json declares it', () => {
    const breaches = breachesWith({
      'packages/cache/package.json': {
        name: '@perf/cache',
        dependencies: { '@perf/contracts': '^1.0.0', 'lru-cache': '11.5.3', '@perf/export-core': '^0.1.0' },
        peerDependencies: { ioredis: '^6.0.0' },
        devDependencies: { '@perf/testkit': '^0.1.0' },
      },
      'packages/cache/tsconfig.lib.json': { references: [reference('contracts'), reference('export-core')] },
      'packages/cache/src/planted.ts': "\nimport '@perf/export-core';",
    });

    expect(breaches).toEqual([
      'packages/cache/src/planted.ts:2: imports @perf/export-core; a package may import @perf/contracts only',
    ]);
  });

  it('is not misled by comments and strings', () => {
    const source = "// import '@perf/export-core';\nexport const x = \"import '@perf/export-core'\";";

    expect(breachesWith({ 'packages/cache/src/planted.ts': source })).toEqual([]);
  });

  it.each([
    [
      '@perf/export-csv',
      "import '@perf/cache';",
      'imports @perf/cache; a package may import @perf/contracts and',
    ],
    ['@perf/export-core', "import '@perf/export-core';", 'imports @perf/export-core; a package may import'],
    ['@perf/cache', "import '@perf/testkit';", 'imports @perf/testkit, which belongs in test/ and bench/'],
    ['@perf/contracts', "import 'node:fs';", 'contracts imports node:fs, and may import node:crypto only'],
    ['@perf/contracts', "import 'crypto';", 'contracts imports crypto, and may import node:crypto only'],
    [
      '@perf/contracts',
      "import 'lru-cache';",
      'contracts imports lru-cache, and may import node:crypto only',
    ],
    [
      '@perf/contracts',
      "import '@perf/cache';",
      'contracts imports @perf/cache, and may import node:crypto only',
    ],
    [
      '@perf/cache',
      "import 'lodash';",
      'imports lodash, which its package.json does not declare as a dependency or peer',
    ],
    [
      '@perf/cache',
      "import 'vitest';",
      'imports vitest, which its package.json does not declare as a dependency or peer',
    ],
    [
      '@perf/cache',
      "import '../../contracts/src/index.ts';",
      'imports ../../contracts/src/index.ts, which is outside',
    ],
    [
      '@perf/cache',
      "import '../../../vitest.shared.ts';",
      'imports ../../../vitest.shared.ts, which is outside',
    ],
    [
      '@perf/cache',
      "import '../test/cache.test.ts';",
      'imports ../test/cache.test.ts from src, which is not published',
    ],
    [
      '@perf/cache',
      "new URL('../../contracts/src/index.ts', import.meta.url);",
      'which is outside of packages/cache',
    ],
    ['@perf/cache', 'export const x = await import(process.argv[2]);', 'is computed at run time'],
  ])('catches in the source of %s: %s', (name, source, expected) => {
    const file = `packages/${name.slice('@perf/'.length)}/src/planted.ts`;

    const breaches = breachesWith({ [file]: source });

    expect(breaches).toEqual([expect.stringContaining(expected)]);
    expect(breaches[0]).toMatch(new RegExp(`^${file}:1: `));
  });

  it.each([
    [
      'an undeclared package',
      "import '@perf/export-csv';",
      'imports @perf/export-csv, which its package.json does not',
    ],
    [
      'an undeclared third party',
      "import 'lodash';",
      'imports lodash, which its package.json does not declare',
    ],
    [
      'the source of another package',
      "import '../../testkit/src/index.ts';",
      'which is outside of packages/cache',
    ],
  ])('catches %s in a test', (_, source, expected) => {
    const breaches = breachesWith({ 'packages/cache/test/planted.test.ts': source });

    expect(breaches).toEqual([expect.stringContaining(expected)]);
  });

  it('catches dependencies that nobody imports', () => {
    const breaches = breachesWith({
      'packages/export-csv/package.json': {
        name: '@perf/export-csv',
        dependencies: { '@perf/export-core': '^0.1.0', 'lru-cache': '11.5.3' },
        devDependencies: { 'fast-csv': '5.0.8' },
      },
    });

    expect(breaches).toEqual([
      'packages/export-csv/package.json: declares lru-cache, which src does not import',
      'packages/export-csv/package.json: declares fast-csv, which it does not import',
    ]);
  });

  it('counts a global setup named in a configuration as a use', () => {
    const breaches = breachesWith({
      'packages/export-csv/package.json': {
        name: '@perf/export-csv',
        dependencies: { '@perf/export-core': '^0.1.0' },
        devDependencies: { '@perf/services': '0.0.0' },
      },
      'packages/export-csv/vitest.config.ts':
        "export default { test: { globalSetup: ['@perf/services/global-setup/redis'] } };",
    });

    expect(breaches).toEqual([]);
  });

  it.each(['dependencies', 'optionalDependencies'])('catches a client among the %s', (section) => {
    const breaches = breachesWith({
      'packages/export-csv/package.json': {
        name: '@perf/export-csv',
        dependencies: { '@perf/export-core': '^0.1.0' },
        [section]: { '@perf/export-core': '^0.1.0', bullmq: '6.7.0' },
      },
      'packages/export-csv/src/planted.ts': "import 'bullmq';",
    });

    expect(breaches).toEqual([
      'packages/export-csv/package.json: bullmq is a client and must be a peer dependency: it is passed in',
    ]);
  });

  it('catches a reference that is missing and one too many', () => {
    const breaches = breachesWith({
      'packages/export-csv/tsconfig.lib.json': { references: [reference('contracts')] },
    });

    expect(breaches).toEqual([
      'packages/export-csv/tsconfig.lib.json does not reference @perf/export-core, which package.json declares',
      'packages/export-csv/tsconfig.lib.json references @perf/contracts, which package.json does not declare',
    ]);
  });

  it('lets apps and tools import every package they declare, and no other', () => {
    const breaches = breachesWith({
      'apps/shop/package.json': { name: '@perf/shop', dependencies: { '@perf/cache': '^0.1.0' } },
      'apps/shop/tsconfig.lib.json': { references: [{ path: '../../packages/cache' }] },
      'apps/shop/src/main.ts': "import '@perf/cache'; import '@perf/testkit';",
      'tools/press/package.json': { name: '@perf/press', devDependencies: { '@perf/cache': '^0.1.0' } },
      'tools/press/src/main.ts': "import '@perf/cache';",
    });

    expect(breaches).toEqual([
      'apps/shop/src/main.ts:1: imports @perf/testkit, which its package.json does not declare',
    ]);
  });
});

const run = (root: string) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../src/boundaries.ts'), root], {
    encoding: 'utf8',
  });

describe('boundaries.ts on the command line', () => {
  it('ends with 0 where all is in order', () => {
    using repository = plant(inOrder);

    expect(run(repository.root)).toMatchObject({ status: 0, stdout: 'boundaries: in order\n' });
  });

  it('names the breach and ends with 1', () => {
    using repository = plant(inOrder, { 'packages/cache/src/planted.ts': "import '@perf/testkit';" });

    expect(run(repository.root)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('packages/cache/src/planted.ts:1: imports @perf/testkit') as string,
    });
  });
});
