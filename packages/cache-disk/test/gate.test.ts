import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '@perf/cache-disk';
import { expect, it } from 'vitest';
import { entry, textsOf } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

/** Starts a program of this folder on a folder of a store. */
function start(program: string, folder: string) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  return spawn(process.execPath, ['--conditions=@perf/source', file, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Another process that is inside the gate of a folder, as one that opens, commits or compacts there. */
async function holdGate(folder: string) {
  const child = start('gate-holder.ts', folder);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    async letGo(): Promise<void> {
      child.stdin.end();
      await ended;
    },
    /** Lets go without a word: the process dies inside. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

type Action = (store: DiskStore, folder: string) => Promise<unknown>;

/** In a process of its own: lmdb waits for the gate of a file that it opens with its thread. */
const open: Action = async (_, folder) => {
  const child = start('peer-process.ts', folder);
  child.stdin.end();
  const ended = once(child, 'exit');
  await expect(ended).resolves.toEqual([0, null]);
};
const actions: readonly (readonly [string, Action])[] = [
  ['opens', open],
  ['commits', (store) => store.setMany([entry('new', 'value')])],
  ['compacts', (store) => store.compact()],
];

/** Does the same in a folder nobody holds, a few times over: what did not wait is done by then. */
async function doElsewhere(action: Action): Promise<void> {
  using folder = new TempFolder();
  await using store = await DiskStore.open(folder.path);
  for (let i = 0; i < 5; i++) await action(store, folder.path);
}

it.each(actions)('nobody %s a file of lmdb while another process is inside the gate', async (_, action) => {
  using folder = new TempFolder();
  await using store = await DiskStore.open(folder.path);
  await store.setMany([entry('old', 'value')]);
  const holder = await holdGate(folder.path);
  let isDone = false;

  const acting = action(store, folder.path).then(() => (isDone = true));
  await doElsewhere(action);
  const wasDoneInside = isDone;
  const read = textsOf(await store.getMany(['old']));
  await holder.letGo();
  await acting;

  expect(wasDoneInside).toBe(false);
  expect(read).toEqual(['value']);
});

it.each(actions)('somebody %s after a process was killed inside the gate', async (_, action) => {
  using folder = new TempFolder();
  await using store = await DiskStore.open(folder.path);
  const holder = await holdGate(folder.path);

  const acting = action(store, folder.path);
  await holder.kill();

  await expect(acting).resolves.toBeUndefined();
});
