/**
 * A node: a process with one cache, told by its parent what to do. It ends with its parent, and when it is killed.
 */
import type { CacheUnderTest } from '@perf/testkit/cache';
import { HistoryRunner } from '@perf/testkit/cache';
import { adapterOf } from '../adapters/open-adapter.ts';
import { watchCoherence } from './coherence-watch.ts';
import { runCrowd } from './crowd.ts';
import type { CacheMethod, FromNode, NodeSetup, Order, Reply, ToNode } from './messages.ts';
import { breakSources } from './mutants.ts';
import { OutageWatch } from './outage-watch.ts';

const METHODS: readonly CacheMethod[] = ['getOrSet', 'get', 'set', 'delete', 'invalidateTag', 'clear'];
const loads = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
let loadCount = 0;
let cache: CacheUnderTest | undefined;
let runner: HistoryRunner | undefined;
let watch: OutageWatch | undefined;

process.on('disconnect', () => process.exit());
// The driver ends its nodes itself; a Ctrl-C reaches all processes of the terminal.
process.on('SIGINT', () => undefined);
process.on('unhandledRejection', (reason) => tell({ event: 'unhandled', reason: String(reason) }));
process.on('uncaughtException', (error) => tell({ event: 'unhandled', reason: String(error) }));
process.on('message', (message: ToNode) => {
  if ('order' in message) void answer(message.id, message.order);
  else if ('reason' in message) takeLoad(message.loaded)?.reject(new Error(message.reason));
  else takeLoad(message.loaded)?.resolve(message.value);
});

async function answer(id: number, order: Order): Promise<void> {
  let reply: Reply;
  try {
    reply = await perform(id, order);
  } catch (error) {
    reply = {
      kind: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  tell({ id, reply });
}

async function perform(id: number, order: Order): Promise<Reply> {
  switch (order.kind) {
    case 'open':
      return { kind: 'opened', methods: await open(order.setup) };
    case 'call':
      return { kind: 'value', value: await call(id, order) };
    case 'chunk':
      if (runner === undefined) throw new Error('the node is not open');
      return { kind: 'chunk', ...(await runner.run(order.chunk)) };
    case 'crowd':
      return {
        kind: 'crowd',
        report: await runCrowd(opened(), order.crowd, () => tell({ event: 'loading' })),
      };
    case 'watch outage':
      watch = new OutageWatch(opened(), order.outage);
      return { kind: 'value', value: undefined };
    case 'end outage':
      if (watch === undefined) throw new Error('no outage is watched');
      return { kind: 'outage', report: await watch.end() };
    case 'watch coherence':
      return { kind: 'coherence', report: await watchCoherence(opened(), order.coherence) };
  }
}

async function open(setup: NodeSetup): Promise<readonly CacheMethod[]> {
  const { adapter, place, node, nodes, seed, mutant } = setup;
  const mutation = mutant === undefined ? undefined : breakSources(mutant);
  const openCache = await adapterOf(adapter);
  const found = (cache = await openCache(place));
  mutation?.expectDone();
  runner = new HistoryRunner({ cache: found, node, nodes, seed, name: 'h' });
  return METHODS.filter((method) => found[method] !== undefined);
}

async function call(
  id: number,
  { method, name, value, tags }: Extract<Order, { kind: 'call' }>,
): Promise<unknown> {
  const found = opened();
  const options = tags === undefined ? {} : { tags };
  switch (method) {
    case 'getOrSet':
      return found.getOrSet(name, () => askForLoad(id), options);
    case 'get':
      return found.get?.(name);
    case 'set':
      return found.set?.(name, value, options);
    case 'delete':
      return found.delete?.(name);
    case 'invalidateTag':
      return found.invalidateTag?.(name);
    case 'clear':
      return found.clear?.();
  }
}

/** Loads are done by the driver, which has the sources. */
function askForLoad(forCall: number): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const load = ++loadCount;
  loads.set(load, { resolve, reject });
  tell({ load, forCall });
  return promise;
}

function takeLoad(id: number): { resolve(value: unknown): void; reject(reason: Error): void } | undefined {
  const found = loads.get(id);
  loads.delete(id);
  return found;
}

function opened(): CacheUnderTest {
  if (cache === undefined) throw new Error('the node is not open');
  return cache;
}

function tell(message: FromNode): void {
  process.send?.(message);
}
