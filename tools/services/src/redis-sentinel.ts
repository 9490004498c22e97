import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { redisArguments, redisBinary } from './redis-binary.ts';
import { redisCommand } from './redis-command.ts';
import { redisFacts } from './redis.ts';
import type { StartOptions } from './server.ts';
import { serverOwner } from './server-owner.ts';
import {
  startRestartable,
  startServer,
  type RestartableProcess,
  type ServerOrder,
  type ServerPlace,
  type ServerProcess,
} from './server-process.ts';

/** A master, its replica, and a Sentinel that promotes the replica within about 2 s after the master is gone. */
export interface RedisSentinel extends AsyncDisposable {
  /** What clients ask for the master, as ioredis takes it. */
  readonly sentinels: { readonly host: string; readonly port: number }[];
  /** The name of the master. */
  readonly name: string;
  /** The server that is the master at first: kill or pause it. */
  readonly master: RestartableProcess;
}

const name = 'perf';
const formMs = 60_000;
/** Ms after which a promotion that goes no further is begun anew. */
const failoverMs = 5000;

/**
 * Starts an empty Redis with a replica in step and one Sentinel that watches both, always of its own. Disposing ends all three.
 * Throws `MissingServerError` when there is no binary and none may be installed.
 *
 * @example
 * await using redis = await startRedisSentinel();
 * await redis.master.kill('SIGKILL');
 */
export async function startRedisSentinel({ env = process.env }: StartOptions = {}): Promise<RedisSentinel> {
  const file = await redisBinary(env, redisFacts);
  const started: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server[Symbol.asyncDispose]()));
  };
  try {
    const master = await startRestartable((place) => redisOrder(file, redisArguments(place, false)));
    started.push(master);
    const replica = await startServer((place) => redisOrder(file, replicaArguments(place, master.port)));
    started.push(replica);
    // Only a replica that the master knows to be in step can be promoted.
    await says(master.port, 'replication', /state=online/);
    await says(replica.port, 'replication', /master_link_status:up/);
    const sentinel = await startSentinel(file, master.port);
    started.push(sentinel);
    // A Sentinel that was held up for two seconds, by a slow disk perhaps, would do nothing for the next thirty.
    await redisCommand(sentinel.port, 'SENTINEL', 'DEBUG', 'tilt-trigger', formMs, 'tilt-period', 1000);
    await says(sentinel.port, 'sentinel', /status=ok,.*slaves=1,/);
    const sentinels = [{ host: '127.0.0.1', port: sentinel.port }];
    return { sentinels, name, master, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startSentinel(file: string, masterPort: number): Promise<ServerProcess> {
  return startServer((place) => {
    const config = join(place.folder, 'sentinel.conf');
    // A Sentinel writes down in its file what it learns, so the file must be its user's.
    writeFileSync(config, sentinelConfig(place, masterPort));
    const owner = serverOwner();
    if (owner !== undefined) chownSync(config, owner.uid, owner.gid);
    return { server: { file, args: [config, '--sentinel'] }, readyText: '+monitor', stopSignal: 'SIGTERM' };
  });
}

function sentinelConfig({ port, folder }: ServerPlace, masterPort: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} ${failoverMs}`,
    '',
  ].join('\n');
}

function replicaArguments(place: ServerPlace, masterPort: number): string[] {
  return [...redisArguments(place, false), '--replicaof', '127.0.0.1', String(masterPort)];
}

function redisOrder(file: string, args: readonly string[]): ServerOrder {
  return {
    // A replica that was synced without a disk gets no writes for up to a second, though both say that it is in step.
    server: { file, args: [...args, '--repl-diskless-sync', 'no'] },
    readyText: 'Ready to accept connections',
    stopSignal: 'SIGTERM',
  };
}

/** Resolves when a part of what the server says of itself is so; it tells nobody, so it is asked again and again. */
async function says(port: number, section: string, wanted: RegExp): Promise<void> {
  const deadline = performance.now() + formMs;
  while (!wanted.test(await redisCommand(port, 'INFO', section))) {
    if (performance.now() > deadline) throw new Error(`the Sentinel was not ready within ${formMs} ms`);
    await delay(20);
  }
}
