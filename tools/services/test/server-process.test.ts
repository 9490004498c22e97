import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../src/free-port.ts';
import { startServer, type ServerRecipe } from '../src/server-process.ts';
import { isAlive, makeTempFolder, sweepTempFolders } from '../src/temp-folder.ts';
import { eventually } from './eventually.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'perf-test-'));
  chmodSync(home, 0o777);
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** A process that holds servers whose folders are in `home`, and the lines it prints. */
function hold(...names: string[]): { holder: ChildProcess; lines: AsyncIterator<string, undefined> } {
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/holder.ts'), ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], TMPDIR: home },
  });
  const lines = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
  return { holder, lines };
}

async function nextLine(lines: AsyncIterator<string, undefined>): Promise<string> {
  return (await lines.next()).value ?? '';
}

/** A server written in shell; it is ready when it says it is up. */
function script(text: string): ReturnType<ServerRecipe> {
  return {
    server: { file: '/bin/sh', args: ['-c', text] },
    readyText: 'server is up',
    stopSignal: 'SIGTERM',
  };
}

describe('a process that holds servers', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves no server and no folder behind when it dies of %s',
    async (signal) => {
      const { holder, lines } = hold('redis', 'postgres', 'paused');
      await nextLine(lines);
      const pids = JSON.parse(await nextLine(lines)) as number[];

      holder.kill(signal);
      await once(holder, 'exit');

      await eventually('the servers are gone', () => !pids.some(isAlive));
      await eventually('their folders are gone', () => readdirSync(home).length === 0);
      expect(pids).toHaveLength(3);
    },
  );

  it('leaves nothing behind when it is killed while a server is being prepared', async () => {
    const { holder } = hold('postgres');
    const prepares = (): boolean => readdirSync(home).some((name) => existsSync(join(home, name, 'data')));
    await eventually('initdb has begun', prepares);

    holder.kill('SIGKILL');
    await once(holder, 'exit');

    await eventually('its folder is gone', () => readdirSync(home).length === 0);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('sweepTempFolders', () => {
  it('removes the folders of dead processes and keeps those of living ones', async () => {
    const ended = spawn('true');
    await once(ended, 'exit');
    mkdirSync(join(home, `perf-services-${ended.pid}-abc`));
    const living = makeTempFolder(home);

    const swept = sweepTempFolders(home);

    expect(swept).toEqual([join(home, `perf-services-${ended.pid}-abc`)]);
    expect(existsSync(living)).toBe(true);
  });

  it('kills a server that works in such a folder', async () => {
    const ended = spawn('true');
    await once(ended, 'exit');
    const folder = join(home, `perf-services-${ended.pid}-abc`);
    mkdirSync(folder);
    const orphan = spawn('sleep', ['600'], { cwd: folder });
    const gone = once(orphan, 'exit');
    writeFileSync(join(folder, 'server.pid'), String(orphan.pid));

    sweepTempFolders(home);

    expect(await gone).toEqual([null, 'SIGKILL']);
  });
});

describe('startServer', () => {
  it('tries another port when the first one was taken meanwhile', async () => {
    const ports: number[] = [];

    await using server = await startServer(({ port }) => {
      ports.push(port);
      return script(
        ports.length === 1 ? 'echo Address already in use; exit 1' : 'echo server is up; exec sleep 600',
      );
    });

    expect(ports).toHaveLength(2);
    expect(server.port).toBe(ports[1]);
  });

  it('kills a server that does not stop when asked', async () => {
    const server = await startServer(
      () => script("trap '' TERM; echo server is up; while :; do sleep 0.1; done"),
      { stopMs: 50 },
    );

    await server[Symbol.asyncDispose]();

    expect(isAlive(server.pid)).toBe(false);
  });

  it('throws what the server said when it ends before it is ready, and leaves no folder', async () => {
    let folder = '';

    const starting = startServer((place) => {
      folder = place.folder;
      return script('echo the disk is on fire; exit 3');
    });

    await expect(starting).rejects.toThrow(/ended with 3[^]*the disk is on fire/);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('freePort', () => {
  it('gives a port that can be listened on', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1');

    await once(server, 'listening');

    expect(server.listening).toBe(true);
    server.close();
  });
});
