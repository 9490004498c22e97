#!/usr/bin/env node
// Installed, it runs dist/main.js; inside the repository (told by its real path) it runs the sources, so that nothing must be built.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const sources = join(folder, 'src', 'main.ts');
const installed = folder.split(sep).includes('node_modules') || !existsSync(sources);
const args = [
  '--conditions=@perf/source',
  '--disable-warning=ExperimentalWarning',
  sources,
  ...process.argv.slice(2),
];
if (installed) {
  await import('../dist/main.js');
} else if (process.platform !== 'win32' && process.execve !== undefined) {
  // Node with the needed flag takes this process over: signals and exit codes are its own, and no child can outlive anything.
  process.execve(process.execPath, [process.execPath, ...args], process.env);
} else {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, the others are passed on. The child decides how to end.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
