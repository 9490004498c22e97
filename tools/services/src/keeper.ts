/**
 * A small program that owns one server: it starts it, and stops it and removes its folder as soon as the
 * process that asked for it lets go of the channel or dies, of kill -9 too. It leads a session of its own, so
 * Ctrl-C in a terminal reaches the asker and not the server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, KeeperMessage, KeeperOrder, KeeperReport } from './keeper-messages.ts';
import { pidFile, removeTempFolder } from './temp-folder.ts';

const order = JSON.parse(process.argv[2] ?? '') as KeeperOrder;
const tailLength = 2000;
let child: ChildProcess | undefined;
let log = '';
let letGo = !process.connected;

process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGHUP', stop);

try {
  const code = (await prepared()) ? await servedUntilLetGo() : undefined;
  if (!letGo) report({ state: 'failed', reason: endedWith(code) });
} catch (error) {
  report({ state: 'failed', reason: String(error) });
} finally {
  removeTempFolder(order.folder);
  if (process.connected) process.disconnect();
}

async function prepared(): Promise<boolean> {
  if (order.prepare === undefined) return true;
  const ending = ended(start(order.prepare));
  const code = await ending;
  if (code !== 0 && !letGo) throw new Error(`${order.prepare.file} ended with ${code}\n${log}`);
  return code === 0;
}

/** How the server ended, the last time: one that is restartable is started again when told. */
async function servedUntilLetGo(): Promise<number | string> {
  const code = await served();
  if (order.restartable !== true || letGo) return code;
  const told = toldToStart();
  report({ state: 'ended', reason: endedWith(code) });
  await told;
  return servedUntilLetGo();
}

async function served(): Promise<number | string> {
  if (letGo) return 'no start';
  const server = start(order.server);
  if (server.pid !== undefined) writeFileSync(join(order.folder, pidFile), String(server.pid));
  let isReady = false;
  const watch = (): void => {
    if (isReady || server.pid === undefined || !log.includes(order.readyText)) return;
    isReady = true;
    report({ state: 'ready', pid: server.pid });
  };
  server.stdout?.on('data', watch);
  server.stderr?.on('data', watch);
  return ended(server);
}

function endedWith(code: number | string | undefined): string {
  return `${order.server.file} ended with ${code}\n${log}`.trim();
}

/** Resolves when told to start again, or let go. */
function toldToStart(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listen = (message: KeeperMessage): void => {
    if (message === 'start') resolve();
  };
  process.once('message', listen);
  process.once('disconnect', resolve);
  if (!process.connected) resolve();
  return promise;
}

function start({ file, args }: Command): ChildProcess {
  const { folder, uid, gid } = order;
  const started = spawn(file, [...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-tailLength);
  };
  started.stdout.on('data', keep);
  started.stderr.on('data', keep);
  child = started;
  return started;
}

async function ended(started: ChildProcess): Promise<number | string> {
  // Listen before the first await: `close` follows once all output was read.
  const [code, signal] = (await once(started, 'close')) as [number | null, string | null];
  return code ?? signal ?? 'no code';
}

function stop(): void {
  if (letGo) return;
  letGo = true;
  const target = child;
  if (target === undefined) return;
  target.kill(order.stopSignal);
  // A paused server would see the signal only when it goes on.
  target.kill('SIGCONT');
  setTimeout(() => target.kill('SIGKILL'), order.stopMs).unref();
}

function report(message: KeeperReport): void {
  if (process.connected) process.send?.(message);
}
