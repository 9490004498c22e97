import type { CacheNodes } from '@perf/testkit/cache';
import type { NodeSetup } from './messages.ts';
import { NodeProcess } from './node-process.ts';

/** How nodes are opened. */
export interface NodeGroupOptions extends Omit<NodeSetup, 'node' | 'seed'> {
  /** @default 1 */
  readonly seed?: number;
  /** URL by which the second node reaches the backend. @default as the others */
  readonly secondUrl?: string | undefined;
  /** Kills all nodes. */
  readonly signal: AbortSignal;
}

/** Nodes on one backend, each in a process of its own. Disposing kills them. */
export class NodeGroup implements CacheNodes, AsyncDisposable {
  readonly processes: NodeProcess[];
  readonly #options: NodeGroupOptions;
  readonly #stop = (): void => void this[Symbol.asyncDispose]();

  private constructor(options: NodeGroupOptions, processes: NodeProcess[]) {
    this.#options = options;
    this.processes = processes;
    options.signal.addEventListener('abort', this.#stop, { once: true });
    if (options.signal.aborted) this.#stop();
  }

  static async open(options: NodeGroupOptions): Promise<NodeGroup> {
    const opening = Array.from({ length: options.nodes }, (_, node) => openOne(options, node));
    const opened = await Promise.allSettled(opening);
    const processes = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const group = new NodeGroup(options, processes);
    const failure = opened.find((one) => one.status === 'rejected');
    if (failure === undefined) return group;
    await group[Symbol.asyncDispose]();
    throw failure.reason;
  }

  get nodes(): CacheNodes['nodes'] {
    return this.processes.map(({ cache }) => cache);
  }

  /** What was thrown in nodes that nobody caught. */
  get unhandled(): readonly string[] {
    return this.processes.flatMap(({ unhandled }) => unhandled);
  }

  /** Starts a killed node anew. */
  async reopen(node: number): Promise<void> {
    this.processes[node] = await openOne(this.#options, node);
    if (this.#options.signal.aborted) this.#stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#stop);
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()));
  }
}

function openOne(options: NodeGroupOptions, node: number): Promise<NodeProcess> {
  const { adapter, place, nodes, seed = 1, mutant, secondUrl } = options;
  const own = node === 1 && secondUrl !== undefined ? { ...place, urls: [secondUrl] as const } : place;
  return NodeProcess.open({ adapter, place: own, node, nodes, seed, mutant });
}
