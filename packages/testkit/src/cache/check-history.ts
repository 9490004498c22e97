import type { HistoryRecord } from './history-log.ts';
import type { HistoryPlan, PlannedOperation } from './history-plan.ts';
import { OTHER_NODE_MS } from './scenario.ts';

/** A read that gave what it must not. */
export interface StaleRead {
  readonly history: number;
  /** Place of the read in its plan. */
  readonly operation: number;
  readonly key: number;
  readonly node: number;
  /** The invalidation that it is older than: `set`, `delete`, `tag` or `clear`, and its node. */
  readonly invalidation: string;
  /** Ms from the acknowledgement to the beginning of the read. */
  readonly afterMs: number;
  /** Ms from the beginning of the load, or the end of the set, that gave the value to the beginning of the invalidation. */
  readonly olderMs: number;
}

/** What one history showed. */
export interface HistoryReport {
  readonly stale: readonly StaleRead[];
  /** Whether it was a whole history: 20 operations done by 2 nodes on 2 keys, and an invalidation inside a running load. */
  readonly isWhole: boolean;
  readonly operations: number;
  /** Reads of a key that another node had invalidated before. */
  readonly crossReads: number;
  /** Those of them that began 250 to 500 ms after such an acknowledgement. */
  readonly delayedCrossReads: number;
  readonly failed: number;
  readonly hung: number;
  /** Reads that gave the value of another key, or no value of ours. */
  readonly wrong: number;
}

/** A change of the source, from the call that tells the cache of it to its acknowledgement. */
interface Change {
  readonly kind: string;
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly covers: (key: number) => boolean;
}

interface Done {
  readonly record: HistoryRecord;
  readonly planned: PlannedOperation;
}

const MOST_DELAYED_MS = 500;
const LEAST_OPERATIONS = 20;

/**
 * Judges one history. The register of a key is the shared clock: a load reads it when it begins, and an invalidation raises it when it
 * is called. A read is stale when it begins after an invalidation was acknowledged, at once on the same node and from 250 ms after on
 * another, and gives a value whose load read the register before that invalidation raised it. The value of a set that was not
 * acknowledged when the invalidation began may count as the newer of the two.
 *
 * @param records of this history: operations and loads
 * @param clears of the whole run
 */
export function checkHistory(
  plan: HistoryPlan,
  records: readonly HistoryRecord[],
  clears: readonly HistoryRecord[],
): HistoryReport {
  const done = records.flatMap((record) => {
    const planned = plan.operations[record.operation];
    return planned === undefined ? [] : [{ record, planned }];
  });
  const settled = done.filter(({ record }) => record.outcome === 'done');
  const changes = [...changesOf(plan, settled), ...clears.flatMap(clearChange)];
  const setEnds = setEndsOf(done);
  const stale: StaleRead[] = [];
  let [crossReads, delayedCrossReads] = [0, 0];
  for (const read of settled) {
    const { record, planned } = read;
    if (planned.kind !== 'read' && planned.kind !== 'get') continue;
    const since = changes
      .filter(({ node, end, covers }) => node !== planned.node && end <= record.start && covers(planned.key))
      .map(({ end }) => record.start - end);
    if (since.length > 0) crossReads++;
    if (since.some((ms) => ms >= OTHER_NODE_MS && ms <= MOST_DELAYED_MS)) delayedCrossReads++;
    const found = staleRead(read, changes, setEnds);
    if (found !== undefined) stale.push(found);
  }
  const count = (outcome: HistoryRecord['outcome']): number =>
    done.filter(({ record }) => record.outcome === outcome).length;
  return {
    stale,
    isWhole: isWhole(settled, records, changes),
    operations: settled.length,
    crossReads,
    delayedCrossReads,
    failed: count('failed'),
    hung: count('hung'),
    wrong: count('wrong'),
  };
}

/** The worst claim against a read: the invalidation that was acknowledged longest before it. */
function staleRead(
  { record, planned }: Done,
  changes: readonly Change[],
  setEnds: ReadonlyMap<string, number>,
): StaleRead | undefined {
  if (record.stamp === 0) return undefined;
  const bornAt = setEnds.get(`${planned.key} ${record.stamp}`) ?? record.stamp;
  const broken = changes
    .filter(({ node, start, end, covers }) => {
      const obeyedFrom = end + (node === planned.node ? 0 : OTHER_NODE_MS);
      return covers(planned.key) && record.start >= obeyedFrom && bornAt < start;
    })
    .toSorted((a, b) => a.end - b.end)[0];
  if (broken === undefined) return undefined;
  return {
    history: record.history,
    operation: record.operation,
    key: planned.key,
    node: planned.node,
    invalidation: `${broken.kind} by node ${broken.node}`,
    afterMs: record.start - broken.end,
    olderMs: broken.start - bornAt,
  };
}

function changesOf(plan: HistoryPlan, settled: readonly Done[]): Change[] {
  return settled.flatMap(({ record: { start, end }, planned: { kind, node, key } }): Change[] => {
    switch (kind) {
      case 'read':
      case 'get':
        return [];
      case 'set':
      case 'delete':
        return [{ kind, node, start, end, covers: (other: number) => other === key }];
      case 'tag':
        return [{ kind, node, start, end, covers: (other: number) => plan.tagged[other] === true }];
    }
  });
}

function clearChange({ operation, start, end, outcome }: HistoryRecord): Change[] {
  return outcome === 'done' ? [{ kind: 'clear', node: operation, start, end, covers: () => true }] : [];
}

/** When each set was acknowledged, by key and stamp; never, for one that was not. */
function setEndsOf(done: readonly Done[]): ReadonlyMap<string, number> {
  const sets = done.filter(({ planned }) => planned.kind === 'set');
  return new Map(
    sets.map(({ record, planned }) => [
      `${planned.key} ${record.start}`,
      record.outcome === 'done' ? record.end : Infinity,
    ]),
  );
}

function isWhole(
  settled: readonly Done[],
  records: readonly HistoryRecord[],
  changes: readonly Change[],
): boolean {
  const nodes = new Set(settled.map(({ planned }) => planned.node));
  const keys = new Set(settled.map(({ planned }) => planned.key));
  if (settled.length < LEAST_OPERATIONS || nodes.size < 2 || keys.size < 2) return false;
  const loads = records.filter(({ operation }) => operation < 0);
  return loads.some(({ operation, start, end }) =>
    changes.some((change) => change.start > start && change.end < end && change.covers(-1 - operation)),
  );
}
