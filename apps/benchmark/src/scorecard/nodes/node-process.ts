import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PerfError } from '@perf/contracts';
import type { CacheUnderTest, ChunkLog, HistoryChunk } from '@perf/testkit/cache';
import type { CoherenceOrder, CoherenceReport } from './coherence-watch.ts';
import type { CrowdOrder, CrowdReport } from './crowd.ts';
import type { CacheMethod, FromNode, NodeSetup, Order, Reply, ToNode } from './messages.ts';
import type { OutageOrder, OutageReport } from './outage-watch.ts';

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './node-worker.ts' : './node-worker.js', import.meta.url),
);
const OPEN_MS = 30_000;

type Load = () => Promise<unknown>;

/** One node in a process of its own, as its driver sees it. Disposing kills it, paused too. */
export class NodeProcess implements AsyncDisposable {
  /** The cache in it, behind the methods that it has. */
  cache: CacheUnderTest = { getOrSet: (key, load, call) => this.#load(key, load, call?.tags) };
  /** What was thrown there that nobody caught. */
  readonly unhandled: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #loads = new Map<number, Load>();
  readonly #ended: Promise<unknown>;
  #orders = 0;
  #loading: (() => void) | undefined;

  private constructor() {
    // Errors of a dying backend are counted, not read; what a node prints would only disturb the tables.
    this.#child = fork(WORKER, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (message: FromNode) => this.#take(message));
    this.#child.on('exit', () => this.#lose());
    this.#child.on('error', () => this.#lose());
  }

  /** Starts a node and opens its cache. */
  static async open(setup: NodeSetup): Promise<NodeProcess> {
    const node = new NodeProcess();
    try {
      await node.#open(setup);
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
    return node;
  }

  /** Resolves when a load of a crowd begins in it. */
  loading(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loading = resolve;
    return promise;
  }

  async chunk(chunk: HistoryChunk): Promise<ChunkLog> {
    return expected(await this.#ask({ kind: 'chunk', chunk }), 'chunk');
  }

  async crowd(crowd: CrowdOrder): Promise<CrowdReport> {
    return expected(await this.#ask({ kind: 'crowd', crowd }), 'crowd').report;
  }

  async watchOutage(outage: OutageOrder): Promise<void> {
    expected(await this.#ask({ kind: 'watch outage', outage }), 'value');
  }

  async endOutage(): Promise<OutageReport> {
    return expected(await this.#ask({ kind: 'end outage' }), 'outage').report;
  }

  async watchCoherence(coherence: CoherenceOrder): Promise<CoherenceReport> {
    return expected(await this.#ask({ kind: 'watch coherence', coherence }), 'coherence').report;
  }

  /** Kills it. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #open(setup: NodeSetup): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), OPEN_MS);
    const { methods } = expected(await this.#ask({ kind: 'open', setup }), 'opened');
    clearTimeout(timer);
    const has = (method: CacheMethod): boolean => methods.includes(method);
    this.cache = {
      ...this.cache,
      ...(has('get') ? { get: (key: string) => this.#call('get', key) } : {}),
      ...(has('set')
        ? { set: async (key, value, call) => void (await this.#call('set', key, value, call?.tags)) }
        : {}),
      ...(has('delete') ? { delete: async (key: string) => void (await this.#call('delete', key)) } : {}),
      ...(has('invalidateTag')
        ? { invalidateTag: async (tag: string) => void (await this.#call('invalidateTag', tag)) }
        : {}),
      ...(has('clear') ? { clear: async () => void (await this.#call('clear', '')) } : {}),
    };
  }

  async #call(
    method: CacheMethod,
    name: string,
    value?: unknown,
    tags?: readonly string[],
  ): Promise<unknown> {
    return expected(await this.#ask({ kind: 'call', method, name, value, tags }), 'value').value;
  }

  async #load(key: string, load: Load, tags: readonly string[] | undefined): Promise<unknown> {
    const order: Order = { kind: 'call', method: 'getOrSet', name: key, tags };
    return expected(await this.#ask(order, load), 'value').value;
  }

  #ask(order: Order, load?: Load): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const id = ++this.#orders;
    if (this.#child.connected) {
      this.#waiting.set(id, resolve);
      if (load !== undefined) this.#loads.set(id, load);
      this.#send({ id, order });
    } else resolve(GONE);
    return promise;
  }

  #take(message: FromNode): void {
    if ('reply' in message) {
      this.#waiting.get(message.id)?.(message.reply);
      this.#waiting.delete(message.id);
      // A load may outlive the call that asked for it, and never begins after it.
      this.#loads.delete(message.id);
    } else if ('load' in message) void this.#loadFor(message.load, message.forCall);
    else if (message.event === 'loading') this.#loading?.();
    else this.unhandled.push(message.reason);
  }

  async #loadFor(loaded: number, call: number): Promise<void> {
    try {
      const value = await this.#loads.get(call)?.();
      this.#send({ loaded, value });
    } catch (error) {
      this.#send({ loaded, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #send(message: ToNode): void {
    // A node that dies meanwhile is seen by its exit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #lose(): void {
    for (const resolve of this.#waiting.values()) resolve(GONE);
    this.#waiting.clear();
  }
}

const GONE: Reply = { kind: 'failed', reason: 'the node is gone' };

/** The reply when it is of that kind; else its failure is thrown. */
function expected<K extends Reply['kind']>(reply: Reply, kind: K): Extract<Reply, { kind: K }> {
  if (isKind(reply, kind)) return reply;
  throw new PerfError(
    'ERR_PERF_RUN_INVALID',
    reply.kind === 'failed' ? reply.reason : `a node answered ${reply.kind}`,
  );
}

function isKind<K extends Reply['kind']>(reply: Reply, kind: K): reply is Extract<Reply, { kind: K }> {
  return reply.kind === kind;
}
