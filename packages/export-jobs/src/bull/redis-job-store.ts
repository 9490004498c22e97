import { randomUUID } from 'node:crypto';
import type { JobChange, JobCondition, JobRecord, JobStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { BullConnection } from './bull-connection.ts';
import { hashTag } from './bull-connection.ts';
import { fieldsOf, recordIn } from './record-fields.ts';
import { CHANGE, CREATE, REMOVE } from './store-scripts.ts';

/** Where in Redis the records are. */
export interface RedisJobStoreOptions {
  /** What all keys begin with, in braces: the hash tag that keeps them on one node of a Cluster. @default 'perf' */
  readonly prefix?: string;
}

/** Keeps records in Redis 5 or later, as one hash each. They are as durable as that Redis is: give it an append-only file. */
export function redisJobStore(redis: BullConnection, options: RedisJobStoreOptions = {}): JobStore {
  return new RedisJobStore(redis, options);
}

class RedisJobStore implements JobStore {
  readonly #redis: BullConnection;
  readonly #prefix: string;
  readonly #expiring: string;

  constructor(redis: BullConnection, { prefix = 'perf' }: RedisJobStoreOptions) {
    this.#redis = redis;
    this.#prefix = `${hashTag(prefix)}:jobs`;
    this.#expiring = `${this.#prefix}:expiring`;
  }

  async create(record: JobRecord): Promise<void> {
    const { id, createdAt, expiresAt = '', request } = record;
    const keys = [this.#recordKey(id), this.#ownerKey(request.owner), this.#expiring];
    const words = [randomUUID(), id, createdAt, expiresAt, ...fieldsOf(record).flat()];
    if (Number(await this.#run(CREATE, keys, words)) === 1) return;
    throw new PerfError('ERR_PERF_INVALID_OPTION', `a job with the id ${id} is there already`);
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return recordIn(await this.#redis.call('hgetall', this.#recordKey(id)));
  }

  async update(id: string, change: JobChange, condition: JobCondition = {}): Promise<JobRecord | undefined> {
    return this.#change(id, change, condition, 0);
  }

  async take(id: string, change: JobChange, condition: JobCondition): Promise<JobRecord | undefined> {
    return this.#change(id, change, condition, 1);
  }

  async remove(id: string): Promise<boolean> {
    const record = await this.get(id);
    if (record === undefined) return false;
    const keys = [this.#recordKey(id), this.#ownerKey(record.request.owner), this.#expiring];
    return Number(await this.#run(REMOVE, keys, [id])) === 1;
  }

  async list(
    owner: string,
    { limit, before }: { readonly limit: number; readonly before?: number },
  ): Promise<readonly JobRecord[]> {
    const most = before === undefined ? '+inf' : `(${before}`;
    const ids = await this.#redis.call(
      'zrevrangebyscore',
      this.#ownerKey(owner),
      most,
      '-inf',
      'limit',
      0,
      limit,
    );
    const records = await Promise.all(textsIn(ids).map((id) => this.get(id)));
    return records.filter((record) => record !== undefined);
  }

  async expiredBefore(instant: number, limit: number): Promise<readonly string[]> {
    return textsIn(
      await this.#redis.call('zrangebyscore', this.#expiring, '-inf', instant, 'limit', 0, limit),
    );
  }

  async #change(
    id: string,
    change: JobChange,
    { epoch, states, wishIsNot }: JobCondition,
    raise: number,
  ): Promise<JobRecord | undefined> {
    const removed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [name] : []));
    return recordIn(
      await this.#run(
        CHANGE,
        [this.#recordKey(id), this.#expiring],
        [
          randomUUID(),
          id,
          // A worker that takes a job must learn that it has, whatever was asked of the job since.
          raise === 0 ? '~changed' : '~taken',
          epoch ?? '',
          states === undefined ? '' : `,${states.map((state) => JSON.stringify(state)).join()},`,
          wishIsNot === undefined ? '' : JSON.stringify(wishIsNot),
          raise,
          removed.length,
          ...removed,
          ...fieldsOf(change).flat(),
        ],
      ),
    );
  }

  #run(script: string, keys: readonly string[], words: readonly (string | number)[]): Promise<unknown> {
    return this.#redis.call('eval', script, keys.length, ...keys, ...words);
  }

  #recordKey(id: string): string {
    return `${this.#prefix}:record:${id}`;
  }

  #ownerKey(owner: string): string {
    return `${this.#prefix}:owner:${owner}`;
  }
}

function textsIn(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}
