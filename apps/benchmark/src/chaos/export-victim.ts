import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChaosOrder, FromChaosWorker } from './chaos-messages.ts';

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './chaos-worker.ts' : './chaos-worker.js', import.meta.url),
);

/** How one process ended. */
export interface VictimReport {
  /** Rows that it began with. */
  readonly from: number;
  /** Rows of its last checkpoint; undefined when it took none. */
  readonly checkpoint: number | undefined;
  readonly end: 'killed' | 'done' | 'failed';
  /** Of a whole file. */
  readonly sha256?: string;
  readonly reason?: string;
}

/**
 * Runs an export in a process of its own and kills it without a warning, unless it has ended by then: `killAfterMs` after the first
 * checkpoint of the export, which for a process that goes on from one is when it begins. `Infinity` lets it end.
 */
export async function runVictim(
  order: ChaosOrder,
  killAfterMs: number,
  signal: AbortSignal,
): Promise<VictimReport> {
  const child = fork(WORKER, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await watch(child, order, killAfterMs);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

async function watch(child: ChildProcess, order: ChaosOrder, killAfterMs: number): Promise<VictimReport> {
  let from = 0;
  let checkpoint: number | undefined;
  let told: Pick<VictimReport, 'end' | 'sha256' | 'reason'> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const killLater = (): void => {
    if (Number.isFinite(killAfterMs)) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  };
  child.on('message', (message: FromChaosWorker) => {
    switch (message.event) {
      case 'began':
        from = message.rows;
        if (from > 0) killLater();
        return;
      case 'checkpoint':
        checkpoint = message.rows;
        killLater();
        return;
      case 'done':
        told = { end: 'done', sha256: message.sha256 };
        break;
      case 'failed':
        told = { end: 'failed', reason: message.reason };
        break;
    }
    child.disconnect();
  });
  const ended = Promise.withResolvers<{ readonly code: number | null; readonly killedBy: string | null }>();
  child.on('exit', (code, killedBy) => ended.resolve({ code, killedBy }));
  child.on('error', ended.reject);
  child.send(order);
  const { code, killedBy } = await ended.promise;
  clearTimeout(timer);
  // Whoever was killed after it had said that it was done, was done.
  if (told !== undefined) return { from, checkpoint, ...told };
  if (killedBy === 'SIGKILL') return { from, checkpoint, end: 'killed' };
  return {
    from,
    checkpoint,
    end: 'failed',
    reason: `the process ended with ${code ?? killedBy ?? 'no word'}`,
  };
}
