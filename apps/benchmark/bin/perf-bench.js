#!/usr/bin/env node
// Installed, it runs dist/main.js; inside the repository (told by its real path) it runs the sources, so that nothing must be built.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const sources = join(folder, 'src', 'main.ts');
// Sources are written for the Node of the repository, which may be newer than the one of the machine.
const pinned = join(folder, '..', '..', 'node_modules', 'node', 'bin', 'node');
const isInstalled = folder.split(sep).includes('node_modules') || !existsSync(sources);
const node = !isInstalled && existsSync(pinned) ? pinned : process.execPath;
const args = [
  ...process.execArgv,
  '--disable-warning=ExperimentalWarning',
  ...(isInstalled ? [join(folder, 'dist', 'main.js')] : ['--conditions=@perf/source', sources]),
  ...process.argv.slice(2),
];
if (process.platform !== 'win32' && process.execve !== undefined) {
  // The program takes this process over: signals and exit codes are its own, and it cannot outlive anything.
  process.execve(node, [node, ...args], process.env);
} else {
  const child = spawn(node, args, { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a second one in the same moment counts once. The child decides how to end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
