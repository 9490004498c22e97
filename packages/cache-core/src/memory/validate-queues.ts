import type { SlotQueue } from './slot-queue.ts';
import type { SlotTable } from './slot-table.ts';
import { NONE } from './slot-table.ts';

/** Throws unless every slot that is taken stands in exactly one of the queues, and their links agree both ways. */
export function validateQueues(table: SlotTable, queues: readonly SlotQueue[]): void {
  const seen = new Set<number>();
  for (const queue of queues) {
    let [before, count] = [NONE, 0];
    for (let slot = queue.head; slot !== NONE; slot = table.next[slot] ?? NONE) {
      if (seen.has(slot)) throw new RangeError(`slot ${slot} stands in two places`);
      if (table.previous[slot] !== before)
        throw new RangeError(`slot ${slot} does not know what is before it`);
      seen.add(slot);
      before = slot;
      count++;
    }
    if (queue.tail !== before || queue.length !== count)
      throw new RangeError(`a queue of ${count} says ${queue.length}, or has a wrong end`);
  }
  if (seen.size !== table.used) throw new RangeError(`${seen.size} slots queued, ${table.used} taken`);
}
