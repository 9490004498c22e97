import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runCommand } from '../run-command.ts';
import { readManifest, repositoryRoot, type Workspace } from '../workspaces.ts';

/** An empty project that installed the packed packages, as a stranger would. Disposing removes it. */
export interface Consumer extends Disposable {
  readonly folder: string;
}

/** One importable name: a package or a subpath of it. */
export interface EntryPoint {
  readonly packageName: string;
  readonly specifier: string;
}

/** What a package lets others import, without its package.json. */
export function entryPointsOf({ manifest }: Workspace): EntryPoint[] {
  return Object.keys(manifest.exports ?? {})
    .filter((path) => path !== './package.json' && !path.includes('*'))
    .map((path) => ({ packageName: manifest.name, specifier: manifest.name + path.slice(1) }));
}

/** Builds what is not built; returns the compiler's errors, if there are any. */
export async function build(): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCommand('npm', ['run', '--silent', 'build'], {
    cwd: repositoryRoot,
  });
  return code === 0 ? undefined : stdout + stderr;
}

/** Packs the built workspaces and installs the tarballs with their peers in an empty project. */
export async function installPacked(workspaces: readonly Workspace[]): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'perf-smoke-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const consumer: Consumer = {
    folder,
    [Symbol.dispose]() {
      process.off('exit', remove);
      remove();
    },
  };
  try {
    await pack(workspaces, folder);
    await install(workspaces, folder);
    return consumer;
  } catch (error) {
    consumer[Symbol.dispose]();
    throw error;
  }
}

async function pack(workspaces: readonly Workspace[], folder: string): Promise<void> {
  const names = workspaces.flatMap(({ manifest }) => ['-w', manifest.name]);
  await mustRun('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, ...names], {
    cwd: repositoryRoot,
  });
}

async function install(workspaces: readonly Workspace[], folder: string): Promise<void> {
  const { overrides } = readManifest(join(repositoryRoot, 'package.json'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', overrides }));
  const tarballs = readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file));
  const peers = new Set(workspaces.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {})));
  const others = [...peers, '@types/node'].filter((name) => !name.startsWith('@perf/')).map(pinned);
  await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs, ...others], {
    cwd: folder,
  });
}

/** Peers are installed at the version this repository is tested with. */
function pinned(name: string): string {
  const file = join(repositoryRoot, 'node_modules', name, 'package.json');
  return existsSync(file) ? `${name}@${readManifest(file).version}` : name;
}
