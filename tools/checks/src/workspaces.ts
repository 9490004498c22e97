import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly overrides?: Dependencies;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly repository?: { readonly directory?: string };
  readonly publishConfig?: { readonly access?: string };
  readonly scripts?: Dependencies;
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  readonly optionalDependencies?: Dependencies;
  readonly peerDependencies?: Dependencies;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Package names with version ranges. */
export type Dependencies = Readonly<Record<string, string>>;

/** One package, app or tool of this repository. */
export interface Workspace {
  /** Path from the root, `packages/cache-core` for example. */
  readonly path: string;
  readonly folder: string;
  readonly kind: 'packages' | 'apps' | 'tools';
  readonly manifest: Manifest;
}

/** This repository's root. */
export const repositoryRoot: string = resolve(import.meta.dirname, '../../..');

const kinds = ['packages', 'apps', 'tools'] as const;

/** All workspaces below `root`, sorted by path. */
export function workspacesOf(root: string = repositoryRoot): Workspace[] {
  return kinds.flatMap((kind) =>
    globSync(`${kind}/*/package.json`, { cwd: root })
      .toSorted()
      .map((file) => {
        const folder = join(root, file, '..');
        return { kind, folder, path: relative(root, folder), manifest: readManifest(join(root, file)) };
      }),
  );
}

/** The workspaces that are published. */
export function publicWorkspacesOf(root: string = repositoryRoot): Workspace[] {
  return workspacesOf(root).filter(({ manifest }) => manifest.private !== true);
}

/** Reads a package.json; an absent one is an error. */
export function readManifest(file: string): Manifest {
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}
