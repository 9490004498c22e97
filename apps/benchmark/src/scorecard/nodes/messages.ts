import type { CacheUnderTest, HistoryChunk } from '@perf/testkit/cache';
import type { AdapterName, NodePlace } from '../adapters/adapter.ts';
import type { CoherenceOrder, CoherenceReport } from './coherence-watch.ts';
import type { CrowdOrder, CrowdReport } from './crowd.ts';
import type { OutageOrder, OutageReport } from './outage-watch.ts';

/** What a node is. */
export interface NodeSetup {
  readonly adapter: AdapterName;
  readonly place: NodePlace;
  /** Which of how many nodes this is. */
  readonly node: number;
  readonly nodes: number;
  /** Draws the histories. */
  readonly seed: number;
  /** Name of the protection that this copy of our cache is made without. @default none */
  readonly mutant?: string | undefined;
}

/** A method of a cache under test, by name. */
export type CacheMethod = keyof CacheUnderTest;

/** What a node is told to do. */
export type Order =
  | { readonly kind: 'open'; readonly setup: NodeSetup }
  | {
      readonly kind: 'call';
      readonly method: CacheMethod;
      /** Key or tag. */
      readonly name: string;
      readonly value?: unknown;
      readonly tags?: readonly string[] | undefined;
    }
  | { readonly kind: 'chunk'; readonly chunk: HistoryChunk }
  | { readonly kind: 'crowd'; readonly crowd: CrowdOrder }
  | { readonly kind: 'watch outage'; readonly outage: OutageOrder }
  | { readonly kind: 'end outage' }
  | { readonly kind: 'watch coherence'; readonly coherence: CoherenceOrder };

/** What came of an order. */
export type Reply =
  /** The methods that the cache has. */
  | { readonly kind: 'opened'; readonly methods: readonly CacheMethod[] }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'chunk'; readonly log: Float64Array; readonly lateMs: number }
  | { readonly kind: 'crowd'; readonly report: CrowdReport }
  | { readonly kind: 'outage'; readonly report: OutageReport }
  | { readonly kind: 'coherence'; readonly report: CoherenceReport }
  | { readonly kind: 'failed'; readonly reason: string };

/** From the driver to a node: an order, or the end of a load that the node asked for. */
export type ToNode =
  | { readonly id: number; readonly order: Order }
  | { readonly loaded: number; readonly value: unknown }
  | { readonly loaded: number; readonly reason: string };

/** From a node to the driver: a reply, a load to be done for a call, or a sign of life. */
export type FromNode =
  | { readonly id: number; readonly reply: Reply }
  | { readonly load: number; readonly forCall: number }
  /** The load of a crowd has begun. */
  | { readonly event: 'loading' }
  /** Something was thrown that nobody caught. */
  | { readonly event: 'unhandled'; readonly reason: string };
