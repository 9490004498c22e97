#!/usr/bin/env node
// Installed, it runs dist/main.js; inside the repository (told by its real path) it runs the sources, so that nothing must be built.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const installed = folder.split(sep).includes('node_modules') || !existsSync(join(folder, 'src', 'main.ts'));
if (installed) {
  await import('../dist/main.js');
} else {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@perf/source',
      '--disable-warning=ExperimentalWarning',
      join(folder, 'src', 'main.ts'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  // A signal from the terminal reaches the child by itself; one sent to this process alone is passed on. The child decides how to end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
