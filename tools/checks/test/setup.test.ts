import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reasonToInstall } from '../../setup.mjs';

const repository = resolve(import.meta.dirname, '../../..');
const machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}
type Packages = Record<string, Locked>;

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const lockfileOf = (file: string): Packages =>
  (readJson(join(repository, file)) as { packages: Packages }).packages;

let root: string;
let locked: Packages;
let installed: Packages;

/** A project as `npm ci` leaves it, made from this repository's own lockfiles. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perf-test-'));
  locked = lockfileOf('package-lock.json');
  installed = lockfileOf('node_modules/.package-lock.json');
  cpSync(join(repository, 'package.json'), join(root, 'package.json'));
  for (const [path, { link, resolved = '' }] of Object.entries(installed)) {
    mkdirSync(join(root, link === true ? resolved : path), { recursive: true });
    if (link === true) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(join(root, resolved), join(root, path));
    } else writeFileSync(join(root, path, 'package.json'), '{}');
  }
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  pretendNode(`v${pinnedNode()}`);
  save();
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function save(): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
}

function pretendNode(version: string): void {
  const file = join(root, 'node_modules/.bin/node');
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
}

function pinnedNode(): string {
  const { devDependencies } = readJson(join(repository, 'package.json')) as {
    devDependencies: { node: string };
  };
  return devDependencies.node;
}

/** The script in the made-up project, with an `npm` that does what `npm` says. */
function runSetup(npm: string): { status: number | null; stdout: string; stderr: string } {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  mkdirSync(join(root, 'tools'), { recursive: true });
  cpSync(join(repository, 'tools/setup.mjs'), join(root, 'tools/setup.mjs'));
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  return spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH']}` },
  });
}

describe('reasonToInstall', () => {
  it('finds nothing to do where the installed packages match the lockfile', () => {
    expect(reasonToInstall(root)).toBeUndefined();
  });

  it('sees a fresh clone', () => {
    rmSync(join(root, 'node_modules'), { recursive: true });

    expect(reasonToInstall(root)).toBe('nothing is installed');
  });

  it('sees a package whose locked version changed', () => {
    locked['node_modules/typescript'] = { ...locked['node_modules/typescript'], version: '99.0.0' };
    save();

    expect(reasonToInstall(root)).toMatch(/^node_modules\/typescript is .*, the lockfile says 99\.0\.0$/);
  });

  it('sees a package that the lockfile gained', () => {
    locked['node_modules/brand-new'] = { version: '1.0.0' };
    save();

    expect(reasonToInstall(root)).toBe('node_modules/brand-new is missing');
  });

  it('sees a package that the lockfile lost', () => {
    delete locked['node_modules/typescript'];
    save();

    expect(reasonToInstall(root)).toBe('node_modules/typescript is not in the lockfile');
  });

  it('sees a package whose folder was removed by hand', () => {
    rmSync(join(root, 'node_modules/typescript'), { recursive: true });

    expect(reasonToInstall(root)).toBe('node_modules/typescript is missing');
  });

  it('sees a workspace that is not linked', () => {
    rmSync(join(root, 'node_modules/@perf/contracts'));

    expect(reasonToInstall(root)).toBe('node_modules/@perf/contracts is not linked');
  });

  it.each([
    [{ cpu: ['arm64'] }, undefined],
    [{ cpu: ['!x64'] }, undefined],
    [{ libc: ['musl'] }, undefined],
    [{ cpu: ['x64'], libc: ['glibc'] }, 'node_modules/binding is missing'],
  ])('misses an optional package only where it fits the machine: %o', (limits, expected) => {
    locked['node_modules/binding'] = { version: '1.0.0', optional: true, ...limits };
    save();

    expect(reasonToInstall(root, machine)).toBe(expected);
  });

  it.each(['v20.0.0', ''])('sees that the pinned Node is not in place when it says "%s"', (version) => {
    pretendNode(version);

    expect(reasonToInstall(root)).toBe(`Node ${pinnedNode()} is not installed`);
  });
});

describe('setup.mjs', () => {
  it('is silent and starts no npm where everything matches', () => {
    expect(runSetup('exit 9')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('says why it runs npm ci and keeps standard output clean', () => {
    rmSync(join(root, 'node_modules/.package-lock.json'));
    const saved = join(root, 'saved.json');
    writeFileSync(saved, JSON.stringify({ packages: installed }));

    const result = runSetup(`echo "npm $1"; cp ${saved} ${join(root, 'node_modules/.package-lock.json')}`);

    expect(result).toMatchObject({ status: 0, stdout: '' });
    expect(result.stderr).toBe('perf: running npm ci, because nothing is installed\nnpm ci\n');
  });

  it('fails with one clear line when npm ci fails', () => {
    rmSync(join(root, 'node_modules/.package-lock.json'));

    const result = runSetup('exit 7');

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('perf: npm ci failed: exit code 7');
  });

  it('fails when npm ci ends well and something is still missing', () => {
    rmSync(join(root, 'node_modules/.package-lock.json'));

    const result = runSetup('exit 0');

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('npm ci ended well, but nothing is installed');
  });
});

describe('the Node that runs scripts', () => {
  it('is the pinned one', () => {
    expect(process.version).toBe(`v${pinnedNode()}`);
  });
});
