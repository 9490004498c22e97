import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '@perf/cache-disk';
import { KillHistory } from './kill-history.ts';

/** What all rounds came to. */
export interface KillReport {
  readonly kills: number;
  readonly corrupt: number;
  readonly lost: number;
  /** Flushed steps over all rounds. */
  readonly steps: number;
}

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));
/** Longest life of a child after its first flushed step, in ms. */
const MOST_MS = 80;

/**
 * Lets two processes write to one folder and kills both with SIGKILL at random moments, again and again. After each round the store
 * is opened anew and every entry, every counter and the counts are compared with what the processes said.
 */
export async function killRounds(
  folder: string,
  driver: 'lmdb' | 'sqlite',
  rounds: number,
): Promise<KillReport> {
  const histories = [new KillHistory('a:'), new KillHistory('b:')];
  let [corrupt, lost, steps] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const counts = await Promise.all(histories.map((history) => runAndKill(folder, driver, history)));
    for (const count of counts) steps += count;
    const warnings: unknown[] = [];
    await using store = await DiskStore.open(folder, { driver, onError: (error) => warnings.push(error) });
    let [entries, bytes] = [0, 0];
    for (const history of histories) {
      const verdict = await history.judge(store);
      corrupt += verdict.corrupt;
      lost += verdict.lost;
    }
    const keys = histories.flatMap(({ prefix }) => Array.from({ length: 200 }, (_, i) => `${prefix}${i}`));
    for (const entry of await store.getMany(keys)) {
      if (entry === undefined) continue;
      entries++;
      bytes += 1 + entry.key.length + entry.value.length;
    }
    const { statistics } = store;
    if (statistics.entries !== entries || statistics.memoryUsedBytes !== bytes) corrupt++;
    corrupt += statistics.rejected + warnings.length;
  }
  return { kills: rounds * histories.length, corrupt, lost, steps };
}

/** Gives the number of steps that were flushed. */
async function runAndKill(folder: string, driver: 'lmdb' | 'sqlite', history: KillHistory): Promise<number> {
  const args = [CHILD, folder, driver, history.prefix, String(history.nextVersion)];
  const flags = ['--conditions=@perf/source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let steps = 0;
  // A line that the kill cut off was never said.
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.endsWith('}')) continue;
    history.tell(line);
    if (!line.includes('"done"')) continue;
    if (steps++ === 0) setTimeout(() => child.kill('SIGKILL'), randomInt(MOST_MS));
  }
  await ended;
  if (child.signalCode !== 'SIGKILL') throw new Error('the child ended by itself');
  return steps;
}
