/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-return -- plain JavaScript, because it runs before anything is installed */
/**
 * Makes node_modules match package-lock.json, so that `npm start` and `npm test` need no command before them.
 * Silent when there is nothing to do. Runs on the Node of the machine, with built-in modules only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The computer that optional packages must fit. */
const thisMachine = { os: process.platform, cpu: process.arch, libc: libc() };

/**
 * Why `npm ci` is needed in `root`, in a few words, or `undefined` when node_modules matches package-lock.json:
 * same packages, versions and checksums, workspaces linked, and the pinned Node in place.
 *
 * @param {string} root
 * @param {{ os: string, cpu: string, libc: string | undefined }} [machine]
 * @returns {string | undefined}
 */
export function reasonToInstall(root, machine = thisMachine) {
  const locked = packagesOf(join(root, 'package-lock.json'));
  if (locked === undefined) return 'package-lock.json cannot be read';
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return 'nothing is installed';
  return packageDifference(root, locked, installed, machine) ?? nodeDifference(root);
}

function packageDifference(root, locked, installed, machine) {
  for (const [path, wanted] of Object.entries(locked)) {
    if (!path.includes('node_modules/')) continue;
    const found = installed[path];
    if (wanted.link === true) {
      if (!pointsTo(join(root, path), join(root, wanted.resolved))) return `${path} is not linked`;
    } else if (found === undefined) {
      if (!mayBeAbsent(wanted, machine)) return `${path} is missing`;
    } else if (found.version !== wanted.version || found.integrity !== wanted.integrity) {
      return `${path} is ${found.version}, the lockfile says ${wanted.version}`;
    } else if (!existsSync(join(root, path, 'package.json'))) {
      return `${path} is missing`;
    }
  }
  const extra = Object.keys(installed).find((path) => locked[path] === undefined);
  return extra === undefined ? undefined : `${extra} is not in the lockfile`;
}

/** The package `node` fetches its binary in an install script, which `--ignore-scripts` leaves out. */
function nodeDifference(root) {
  const { devDependencies = {} } = readJson(join(root, 'package.json')) ?? {};
  if (devDependencies.node === undefined) return undefined;
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' });
  const version = stdout?.trim();
  return version === `v${devDependencies.node}` ? undefined : `Node ${devDependencies.node} is not installed`;
}

/** npm leaves out optional packages for other machines, and with them what only they need. */
function mayBeAbsent({ optional, devOptional, peer, os, cpu, libc: libcs }, machine) {
  if (optional !== true && devOptional !== true) return peer === true;
  const isForAnyMachine = os === undefined && cpu === undefined && libcs === undefined;
  return isForAnyMachine || !(fits(os, machine.os) && fits(cpu, machine.cpu) && fits(libcs, machine.libc));
}

function fits(wanted, actual) {
  if (wanted === undefined || actual === undefined) return true;
  if (wanted.includes(`!${actual}`)) return false;
  const allowed = wanted.filter((name) => !name.startsWith('!'));
  return allowed.length === 0 || allowed.includes(actual);
}

function libc() {
  if (process.platform !== 'linux') return undefined;
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

function pointsTo(link, folder) {
  try {
    return realpathSync(link) === realpathSync(folder);
  } catch {
    // Either is absent.
    return false;
  }
}

function packagesOf(lockfile) {
  return readJson(lockfile)?.packages;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Absent or damaged: the caller says what follows.
    return undefined;
  }
}

/** The Node that `npm ci` is about to replace must not be the one that runs it. */
function pathWithoutModules() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !folder.includes(`node_modules${sep}.bin`)).join(delimiter);
}

/** Standard output belongs to the command that comes next, so npm talks on standard error. */
function install(root) {
  return spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutModules() },
    stdio: ['ignore', 2, 2],
  });
}

function main(root) {
  const reason = reasonToInstall(root);
  if (reason === undefined) return 0;
  process.stderr.write(`perf: running npm ci, because ${reason}\n`);
  const { status, error } = install(root);
  if (error !== undefined || status !== 0) {
    process.stderr.write(`perf: npm ci failed: ${error?.message ?? `exit code ${status}`}\n`);
    return 1;
  }
  const remaining = reasonToInstall(root);
  if (remaining === undefined) return 0;
  process.stderr.write(`perf: npm ci ended well, but ${remaining}. Are install scripts switched off?\n`);
  return 1;
}

const file = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === file) {
  process.exitCode = main(resolve(file, '../..'));
}
