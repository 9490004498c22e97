import { Adaptive } from './adaptive.ts';
import type { EvictionPolicy, PolicyName } from './eviction-policy.ts';
import { S3Fifo } from './s3-fifo.ts';
import { Sieve } from './sieve.ts';
import type { SlotTable } from './slot-table.ts';
import { WTinyLfu } from './w-tinylfu.ts';

/** The policy of that name, for the slots of `table`. */
export function createPolicy(name: Exclude<PolicyName, 'lru'>, table: SlotTable): EvictionPolicy {
  switch (name) {
    case 's3-fifo':
      return new S3Fifo(table);
    case 'w-tinylfu':
      return new WTinyLfu(table);
    case 'sieve':
      return new Sieve(table);
    case 'adaptive':
      return new Adaptive(table);
  }
}
