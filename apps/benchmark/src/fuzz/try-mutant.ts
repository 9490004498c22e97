import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PerfError } from '@perf/contracts';
import type { MutantAnswer, MutantOrder } from './fuzz-messages.ts';

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './fuzz-worker.ts' : './fuzz-worker.js', import.meta.url),
);

/** Whether made-up statements find the mutant out. Rejects with `ERR_PERF_RUN_INVALID` when its process fails. */
export async function isMutantCaught(order: MutantOrder, signal: AbortSignal): Promise<boolean> {
  const child = fork(WORKER, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  });
  try {
    child.send(order);
    const answer = await Promise.race([messageOf(child), endOf(child)]);
    if (answer.event === 'done') return answer.caught;
    throw new PerfError(
      'ERR_PERF_RUN_INVALID',
      `the process with the mutant ${order.name} failed: ${answer.reason}`,
    );
  } finally {
    child.kill('SIGKILL');
  }
}

async function messageOf(child: ReturnType<typeof fork>): Promise<MutantAnswer> {
  const [answer]: [MutantAnswer] = await (once(child, 'message') as Promise<[MutantAnswer]>);
  return answer;
}

async function endOf(child: ReturnType<typeof fork>): Promise<MutantAnswer> {
  await once(child, 'exit');
  return { event: 'failed', reason: 'it ended' };
}
