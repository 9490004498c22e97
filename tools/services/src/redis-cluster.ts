import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { redisArguments, redisBinary } from './redis-binary.ts';
import { redisCommand } from './redis-command.ts';
import type { ServerFacts } from './required.ts';
import { givenServer, type Server, type StartOptions } from './server.ts';
import { startServer, type ServerProcess } from './server-process.ts';

const facts: ServerFacts = {
  title: 'Redis Cluster',
  variable: 'REDIS_CLUSTER_URLS',
  debianPackage: 'redis-server',
};
const masters = 3;
const slots = 16_384;
const nodeTimeoutMs = 5000;
const formMs = 60_000;
/** How many ranges of slots a node gives out with a replica. */
const replicasScript = `
local count = 0
for _, range in ipairs(redis.call('CLUSTER', 'SLOTS')) do if #range == 4 then count = count + 1 end end
return count`;

interface ClusterNode extends ServerProcess {
  readonly busPort: number;
}

/**
 * Starts an empty Redis Cluster on loopback, three masters with a replica each, or hands out `REDIS_CLUSTER_URLS`. Its `url` is
 * a list: `redis://127.0.0.1:7000,redis://127.0.0.1:7001,…`. Resolves when all nodes agree that all is well and the replicas are
 * in step. Throws `MissingServerError` when there is no binary and none may be installed.
 */
export async function startRedisCluster({ env = process.env }: StartOptions = {}): Promise<Server> {
  const given = env['REDIS_CLUSTER_URLS'];
  if (given !== undefined && given !== '') return givenServer(given);
  const file = await redisBinary(env, facts);
  const starts = await Promise.allSettled(Array.from({ length: masters * 2 }, () => startNode(file)));
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  try {
    const failure = starts.find((start) => start.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    await form(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(), [Symbol.asyncDispose]: stop };
}

async function startNode(file: string): Promise<ClusterNode> {
  let busPort = 0;
  const server = await startServer(async (place) => {
    busPort = await freePort();
    const cluster = [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(busPort),
      '--cluster-node-timeout',
      '1000',
      '--repl-diskless-sync-delay',
      '0',
    ];
    return {
      server: { file, args: [...redisArguments(place, false), ...cluster] },
      readyText: 'Ready to accept connections',
      stopSignal: 'SIGTERM',
    };
  });
  return { ...server, busPort };
}

async function form(nodes: readonly ClusterNode[]): Promise<void> {
  const [first] = nodes;
  for (const [i, node] of nodes.entries()) {
    await redisCommand(node.port, 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    if (i < masters) {
      const [from, to] = [i, i + 1].map((n) => Math.floor((n * slots) / masters));
      await redisCommand(node.port, 'CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? slots) - 1);
    }
    if (first !== undefined && node !== first)
      await redisCommand(first.port, 'CLUSTER', 'MEET', '127.0.0.1', node.port, node.busPort);
  }
  await everywhere(nodes, async ({ port }) => (await linkedNodes(port)) === nodes.length);
  const replicas = nodes.slice(masters);
  for (const [i, replica] of replicas.entries()) {
    const master = await redisCommand(nodes[i]?.port ?? 0, 'CLUSTER', 'MYID');
    await redisCommand(replica.port, 'CLUSTER', 'REPLICATE', master);
  }
  await everywhere(replicas, async ({ port }) =>
    (await redisCommand(port, 'INFO', 'replication')).includes('master_link_status:up'),
  );
  // A replica that never got a write is no place to send anybody to.
  for (const { port } of nodes.slice(0, masters)) await redisCommand(port, 'FLUSHALL');
  await everywhere(
    nodes,
    async ({ port }) =>
      (await redisCommand(port, 'EVAL', replicasScript, 0)) === String(masters) &&
      (await redisCommand(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok'),
  );
  // Nodes hear of each other the sooner the shorter this is; from here on a busy machine must not look like a dead node.
  for (const { port } of nodes)
    await redisCommand(port, 'CONFIG', 'SET', 'cluster-node-timeout', nodeTimeoutMs);
}

/** How many nodes the one on `port` is in touch with, itself included. */
async function linkedNodes(port: number): Promise<number> {
  const lines = (await redisCommand(port, 'CLUSTER', 'NODES')).split('\n');
  return lines.filter((line) => / connected/.test(line) && !/handshake|noaddr/.test(line)).length;
}

/** Resolves when the claim holds on all nodes; a cluster tells nobody, so it is asked again and again. */
async function everywhere(
  nodes: readonly ClusterNode[],
  holds: (node: ClusterNode) => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + formMs;
  for (const node of nodes)
    while (!(await holds(node))) {
      if (performance.now() > deadline) throw new Error(`the cluster did not form within ${formMs} ms`);
      await delay(20);
    }
}
