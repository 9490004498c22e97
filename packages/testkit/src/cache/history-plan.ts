import { seededRandom } from '../seeded-random.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What an operation of a history does. `read` loads what is missing, `get` does not. */
export type HistoryKind = 'read' | 'get' | 'set' | 'delete' | 'tag';

/** One operation of a plan. */
export interface PlannedOperation {
  /** Ms after the history began. */
  readonly atMs: number;
  /** Which node does it. */
  readonly node: number;
  readonly kind: HistoryKind;
  /** Which key; of a tag, any. */
  readonly key: number;
  /** How long its load takes, should it load. */
  readonly loadMs: number;
}

/** A random schedule for some keys of its own. */
export interface HistoryPlan {
  /** For each key, whether the history's tag covers it. */
  readonly tagged: readonly boolean[];
  readonly operations: readonly PlannedOperation[];
}

/** Where a history stands in a run. */
export interface HistoryPlace {
  readonly seed: number;
  /** Number of the history; every one has another plan. */
  readonly history: number;
  /** Nodes in the run, at least 2. */
  readonly nodes: number;
}

/** Two rounds of a history begin so far apart. */
const ROUND_MS = 620;
/** Invalidations of a round come within this. */
const BUSY_MS = 110;
/** Ms from the beginning of a history to its last operation, about. */
export const HISTORY_MS: number = 2 * ROUND_MS;

/**
 * The plan of one history, the same for the same place: 23 operations by 2 to 4 nodes on 2 or 3 keys. In each of two rounds an invalidation
 * falls into a running load and others come at random; then nodes read what others invalidated 250 to 500 ms before.
 */
export function planHistory({ seed, history, nodes }: HistoryPlace): HistoryPlan {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(history + 1, 0x85ebca6b));
  const all = Array.from({ length: nodes }, (_, node) => node);
  const members = random.shuffle(all).slice(0, random.int(2, Math.min(4, nodes)));
  const tagged = [true, random.next() < 0.5, ...(random.next() < 0.5 ? [true] : [])];
  const operations = [0, 1].flatMap((round) => planRound({ random, members, tagged }, round));
  return { tagged, operations: operations.toSorted((a, b) => a.atMs - b.atMs) };
}

interface Cast {
  readonly random: SeededRandom;
  readonly members: readonly number[];
  readonly tagged: readonly boolean[];
}

function planRound({ random, members, tagged }: Cast, round: number): PlannedOperation[] {
  const base = round * ROUND_MS;
  const who = (): number => random.pick(members);
  const target = random.int(0, tagged.length - 1);
  const other = (target + 1) % tagged.length;
  const way = (key: number): HistoryKind =>
    random.pick(tagged[key] === true ? ['delete', 'tag', 'set'] : ['delete', 'set']);
  const operations: PlannedOperation[] = [];
  // What the round before left in the cache goes, so that the next read loads.
  if (round > 0) operations.push({ atMs: base, node: who(), kind: 'delete', key: target, loadMs: 0 });
  const readAt = base + 15;
  const loadMs = random.int(40, 80);
  operations.push({ atMs: readAt, node: who(), kind: 'read', key: target, loadMs });
  const invalidated: PlannedOperation = {
    atMs: readAt + random.int(5, loadMs - 25),
    node: who(),
    kind: way(target),
    key: target,
    loadMs: 0,
  };
  operations.push(invalidated);
  const known = [invalidated];
  for (let i = 0; i < 4; i++) {
    const key = i === 0 ? other : random.int(0, tagged.length - 1);
    const kind: HistoryKind =
      i === 0 || random.next() < 0.45 ? 'read' : random.pick([way(key), way(key), 'get']);
    // In the first round nothing comes between that load and its invalidation: every history has one such pair for sure.
    const from = round === 0 && key === target ? invalidated.atMs : readAt;
    const operationAt = from + random.int(0, base + 15 + BUSY_MS - from);
    const operation: PlannedOperation = {
      atMs: operationAt,
      node: who(),
      kind,
      key,
      loadMs: random.int(1, 40),
    };
    operations.push(operation);
    if (kind !== 'read' && kind !== 'get') known.push(operation);
  }
  for (let i = 0; i < 5; i++) {
    const { atMs, node, key } = i < 3 ? invalidated : random.pick(known);
    const others = members.filter((member) => member !== node);
    operations.push({
      atMs: atMs + random.int(258, 470),
      node: random.pick(others),
      kind: 'read',
      key,
      loadMs: random.int(1, 10),
    });
  }
  return operations;
}
