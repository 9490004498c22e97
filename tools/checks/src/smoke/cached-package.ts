import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../run-command.ts';
import { readManifest, repositoryRoot } from '../workspaces.ts';
import type { Compiler } from './check-types.ts';

const cache = join(repositoryRoot, 'node_modules/.cache/perf-smoke');

/** The folder of `name@version`, fetched from the registry once and kept below node_modules/.cache. */
async function cachedPackage(name: string, version: string): Promise<string> {
  const home = join(cache, `${name.replaceAll('/', '+')}@${version}`);
  const folder = join(home, 'node_modules', name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'fetching-'));
  try {
    writeFileSync(join(fresh, 'package.json'), '{ "private": true }');
    await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: fresh,
    });
    renameSync(fresh, home);
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** The `node` binary of an exact version. */
export async function nodeBinary(version: string): Promise<string> {
  if (process.version === `v${version}`) return process.execPath;
  return join(await cachedPackage(`node-${process.platform}-${process.arch}`, version), 'bin/node');
}

/** The TypeScript that a range such as `5.8` stands for. */
export async function compilerOf(range: string): Promise<Compiler> {
  const home = await cachedPackage('typescript', range);
  const { version = range } = readManifest(join(home, 'package.json'));
  return { version, tsc: join(home, '../.bin/tsc') };
}
