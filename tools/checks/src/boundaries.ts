/**
 * Keeps the import rule: a package imports @perf/contracts and third parties, exporters also
 * @perf/export-core, contracts nothing but node:crypto; what is declared is imported and the other way round.
 * Usage: node tools/checks/src/boundaries.ts [root]
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { usesOf, type ModuleUse } from './imports-of.ts';
import { readManifest, repositoryRoot, workspacesOf, type Manifest, type Workspace } from './workspaces.ts';

const clients = new Set(['ioredis', 'pg', 'mysql2', 'bullmq']);
const sources = '**/*.{ts,tsx,mts,cts,js,mjs,cjs}';
const generated = new Set(['node_modules', 'dist', '.cache', 'coverage']);

/** One file of a workspace and what it names. */
interface SourceFile {
  /** From the workspace's folder, `src/index.ts` for example. */
  readonly path: string;
  readonly isSource: boolean;
  readonly imports: readonly ModuleUse[];
  readonly strings: ReadonlySet<string>;
}

/** What a check looks at: one workspace in its repository. */
interface Scene {
  readonly root: string;
  readonly rootManifest: Manifest;
  readonly workspace: Workspace;
  readonly files: readonly SourceFile[];
}

/** Every breach of the import rule below `root`, one sentence each; empty when the house is in order. */
export function checkBoundaries(root: string = repositoryRoot): string[] {
  const rootManifest = readManifest(join(root, 'package.json'));
  return workspacesOf(root).flatMap((workspace) => {
    const scene: Scene = { root, rootManifest, workspace, files: filesOf(workspace) };
    return [
      ...scene.files.flatMap((file) => importBreaches(scene, file)),
      ...unusedDependencies(scene),
      ...clientBreaches(workspace),
      ...referenceBreaches(workspace),
    ];
  });
}

function filesOf({ folder, path: workspacePath }: Workspace): SourceFile[] {
  return globSync(sources, { cwd: folder, exclude: (name) => generated.has(name) })
    .filter((path) => !path.split(sep).some((name) => generated.has(name)))
    .toSorted()
    .map((path) => ({
      path,
      isSource: path.startsWith(`src${sep}`),
      ...usesOf(join(workspacePath, path), readFileSync(join(folder, path), 'utf8')),
    }));
}

function importBreaches(scene: Scene, file: SourceFile): string[] {
  return file.imports.flatMap(({ specifier, line }) => {
    const breach = importBreach(scene, file, specifier);
    return breach === undefined ? [] : [`${scene.workspace.path}/${file.path}:${line}: ${breach}`];
  });
}

function importBreach(scene: Scene, file: SourceFile, specifier: string | undefined): string | undefined {
  const { workspace } = scene;
  const isPackageSource = workspace.kind === 'packages' && file.isSource;
  if (specifier === undefined) {
    return isPackageSource ? 'names a module that is computed at run time and cannot be checked' : undefined;
  }
  if (specifier.startsWith('.')) return relativeBreach(scene, file, specifier);
  if (isPackageSource && workspace.manifest.name === '@perf/contracts') {
    return specifier === 'node:crypto'
      ? undefined
      : `contracts imports ${specifier}, and may import node:crypto only`;
  }
  if (isBuiltin(specifier) || specifier.startsWith('#')) return undefined;
  const name = packageName(specifier);
  return (
    (isPackageSource ? layerBreach(workspace.manifest.name, name) : undefined) ??
    declarationBreach(scene, name, isPackageSource)
  );
}

function layerBreach(importer: string, imported: string): string | undefined {
  if (!imported.startsWith('@perf/') || imported === '@perf/contracts') return undefined;
  const isExporter = importer.startsWith('@perf/export-');
  if (isExporter && imported === '@perf/export-core' && importer !== imported) return undefined;
  if (imported === '@perf/testkit') return 'imports @perf/testkit, which belongs in test/ and bench/';
  return `imports ${imported}; a package may import @perf/contracts${isExporter ? ' and @perf/export-core' : ''} only`;
}

function declarationBreach(scene: Scene, name: string, isPackageSource: boolean): string | undefined {
  const { manifest } = scene.workspace;
  if (name === manifest.name && !isPackageSource) return undefined;
  const declared = isPackageSource ? runtimeDependencies(manifest) : allDependencies(manifest);
  if (declared.includes(name)) return undefined;
  const isSharedTool = !isPackageSource && !name.startsWith('@perf/');
  if (isSharedTool && allDependencies(scene.rootManifest).includes(name)) return undefined;
  return `imports ${name}, which its package.json does not declare${isPackageSource ? ' as a dependency or peer' : ''}`;
}

function relativeBreach({ root, workspace }: Scene, file: SourceFile, specifier: string): string | undefined {
  const target = resolve(workspace.folder, dirname(file.path), specifier);
  const home =
    workspace.kind === 'packages' && file.isSource ? join(workspace.folder, 'src') : workspace.folder;
  if (isInside(home, target)) return undefined;
  // A package may name its own manifest, for its version; tests and configurations what lies in the root.
  if (target === join(workspace.folder, 'package.json')) return undefined;
  const isRootFile = !['packages', 'apps'].some((kind) => isInside(join(root, kind), target));
  if (!file.isSource && isRootFile && isInside(root, target)) return undefined;
  if (isInside(workspace.folder, target)) return `imports ${specifier} from src, which is not published`;
  return `imports ${specifier}, which is outside of ${workspace.path}`;
}

function unusedDependencies({ workspace, files }: Scene): string[] {
  const { manifest, path, kind } = workspace;
  const breaches = (names: readonly string[], isUsed: (name: string) => boolean, where: string): string[] =>
    names
      .filter((name) => !isUsed(name))
      .map((name) => `${path}/package.json: declares ${name}, which ${where} does not import`);
  const runtime = runtimeDependencies(manifest);
  const isSourceImport = (name: string): boolean =>
    files.some(
      (file) => file.isSource && (kind === 'packages' ? isImported(name, file) : isNamed(name, file)),
    );
  const development = Object.keys(manifest.devDependencies ?? {}).filter((name) => !runtime.includes(name));
  const isDevelopmentUse = (name: string): boolean =>
    files.some((file) => isImported(name, file) || isNamed(name, file));
  return [
    ...breaches(runtime.filter(isCode), isSourceImport, 'src'),
    ...breaches(development.filter(isCode), isDevelopmentUse, 'it'),
  ];
}

function isImported(name: string, { imports }: SourceFile): boolean {
  return imports.some(({ specifier }) => specifier !== undefined && packageName(specifier) === name);
}

/** Whether a string names the package or something in it: data files and global setups are named so. */
function isNamed(name: string, { strings }: SourceFile): boolean {
  return [...strings].some((text) => text === name || text.startsWith(`${name}/`));
}

/** Type packages are used by the compiler, not by name. */
function isCode(name: string): boolean {
  return !name.startsWith('@types/');
}

function clientBreaches({ kind, path, manifest }: Workspace): string[] {
  if (kind !== 'packages') return [];
  const owned = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return owned
    .filter((name) => clients.has(name))
    .map(
      (name) => `${path}/package.json: ${name} is a client and must be a peer dependency: it is passed in`,
    );
}

function referenceBreaches({ kind, path, folder, manifest }: Workspace): string[] {
  const file = join(folder, 'tsconfig.lib.json');
  if (kind === 'tools' && !existsSync(file)) return [];
  if (!existsSync(file)) return [`${path}/tsconfig.lib.json is missing`];
  const { references = [] } = JSON.parse(readFileSync(file, 'utf8')) as { references?: { path: string }[] };
  const referenced = references.map((reference) => {
    const target = resolve(folder, reference.path);
    return readManifest(join(target.endsWith('.json') ? dirname(target) : target, 'package.json')).name;
  });
  const ours = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('@perf/'));
  // An app may load what it does not bring along, and then says which package to install.
  const declared = ours(kind === 'apps' ? allDependencies(manifest) : runtimeDependencies(manifest));
  return [
    ...ours(runtimeDependencies(manifest))
      .filter((name) => !referenced.includes(name))
      .map((name) => `${path}/tsconfig.lib.json does not reference ${name}, which package.json declares`),
    ...referenced
      .filter((name) => !declared.includes(name))
      .map((name) => `${path}/tsconfig.lib.json references ${name}, which package.json does not declare`),
  ];
}

function runtimeDependencies(manifest: Manifest): string[] {
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
}

function allDependencies(manifest: Manifest): string[] {
  return [...runtimeDependencies(manifest), ...Object.keys(manifest.devDependencies ?? {})];
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isInside(folder: string, target: string): boolean {
  const path = relative(folder, target);
  return path !== '..' && !path.startsWith(`..${sep}`);
}

if (import.meta.main) {
  const breaches = checkBoundaries(process.argv[2]);
  for (const breach of breaches) console.error(breach);
  console.log(breaches.length === 0 ? 'boundaries: in order' : `boundaries: ${breaches.length} breaches`);
  if (breaches.length > 0) process.exitCode = 1;
}
