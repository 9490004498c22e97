import { sharedNow } from '@perf/testkit/cache';
import { PerfError } from '@perf/contracts';
import { askRedis, startMortalRedis, startOwnCluster, untilAnswer } from '../servers.ts';
import type { Outage, OutageOptions } from './outage.ts';

/** A server that is killed, and started again on its data. */
export async function serverKilled({ signal }: OutageOptions): Promise<Outage> {
  const redis = await startMortalRedis();
  return {
    name: 'SIGKILL',
    urls: [redis.url],
    isCluster: false,
    returnMs: 5000,
    begin: () => redis.kill('SIGKILL'),
    async end() {
      await redis.restart();
      return pong(redis.url, signal);
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

/** A server that is paused: connections stay open, and nothing answers. */
export async function serverStopped({ signal }: OutageOptions): Promise<Outage> {
  const redis = await startMortalRedis();
  return {
    name: 'SIGSTOP',
    urls: [redis.url],
    isCluster: false,
    returnMs: 1000,
    begin: () => redis.kill('SIGSTOP'),
    async end() {
      await redis.kill('SIGCONT');
      return pong(redis.url, signal);
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

/** A Cluster of three masters and three replicas whose first master is killed and does not come back: its replica takes over. */
export async function clusterFailover({ signal, ms }: OutageOptions): Promise<Outage> {
  const cluster = await startOwnCluster();
  const urls = cluster.url.split(',');
  const [first, ...others] = urls;
  try {
    if (first === undefined) throw new PerfError('ERR_PERF_RUN_INVALID', 'the cluster has no node');
    const timeout = String(Math.max(1000, ms - FAILOVER_MS));
    for (const url of urls) await askRedis(url, ['CONFIG', 'SET', 'cluster-node-timeout', timeout]);
    return {
      name: 'Cluster failover',
      urls: [first, ...others],
      isCluster: true,
      returnMs: 10_000,
      async begin() {
        const pid = Number(/process_id:(\d+)/.exec(String(await askRedis(first, ['INFO', 'server'])))?.[1]);
        process.kill(pid, 'SIGKILL');
      },
      async end() {
        const isWell = async (): Promise<boolean> => wellWithout(first, others);
        await untilAnswer(isWell, { what: 'the failover', ms: 30_000, signal });
        return sharedNow();
      },
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** What a cluster takes to fail over once its nodes agree that a master is gone, about. */
const FAILOVER_MS = 1200;
const RETURN_MS = 30_000;

async function pong(url: string, signal: AbortSignal): Promise<number> {
  await untilAnswer(async () => (await askRedis(url, ['PING'])) === 'PONG', {
    what: 'PONG',
    ms: RETURN_MS,
    signal,
  });
  return sharedNow();
}

/** Whether every slot has a living master again, and all masters say so. */
async function wellWithout(lost: string, others: readonly string[]): Promise<boolean> {
  const lostPort = new URL(lost).port;
  const [some] = others;
  if (some === undefined) return false;
  const lines = String(await askRedis(some, ['CLUSTER', 'NODES'])).split('\n');
  const masters = lines.filter((line) => / (myself,)?master /.test(line) && !line.includes(`:${lostPort}@`));
  if (masters.length !== 3) return false;
  const ports = masters.flatMap((line) => /:(\d+)@/.exec(line)?.[1] ?? []);
  const states = await Promise.all(
    ports.map(async (port) => String(await askRedis(`redis://127.0.0.1:${port}`, ['CLUSTER', 'INFO']))),
  );
  return states.every((state) => state.includes('cluster_state:ok'));
}
