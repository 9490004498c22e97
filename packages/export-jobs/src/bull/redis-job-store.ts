import { randomUUID } from 'node:crypto';
import type { JobChange, JobCondition, JobRecord, JobState, JobStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { OPEN_STATES } from '../open-states.ts';
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
    const { id, createdAt, expiresAt = '', state } = record;
    const words = [randomUUID(), id, createdAt, expiresAt, stepFor(state), ...fieldsOf(record).flat()];
    if (Number(await this.#run(CREATE, this.#keysOf(record), words)) === 1) return;
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
    return Number(await this.#run(REMOVE, this.#keysOf(record), [id])) === 1;
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

  async count(owner: string, since: number): Promise<{ readonly open: number; readonly recent: number }> {
    const [open, recent] = await Promise.all([
      this.#redis.call('scard', this.#openKey(owner)),
      this.#redis.call('zcount', this.#ownerKey(owner), `(${since}`, '+inf'),
    ]);
    return { open: Number(open), recent: Number(recent) };
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
    const { state: next } = change;
    // A job stays its owner's.
    const owner = next === undefined ? undefined : (await this.get(id))?.request.owner;
    const removed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [name] : []));
    return recordIn(
      await this.#run(
        CHANGE,
        [this.#recordKey(id), this.#expiring, ...(owner === undefined ? [] : [this.#openKey(owner)])],
        [
          randomUUID(),
          id,
          // A worker that takes a job must learn that it has, whatever was asked of the job since.
          raise === 0 ? '~changed' : '~taken',
          epoch ?? '',
          states === undefined ? '' : `,${states.map((state) => JSON.stringify(state)).join()},`,
          wishIsNot === undefined ? '' : JSON.stringify(wishIsNot),
          raise,
          next === undefined ? '' : stepFor(next),
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

  /** All keys that tell of a record. */
  #keysOf({ id, request: { owner } }: JobRecord): string[] {
    return [this.#recordKey(id), this.#ownerKey(owner), this.#expiring, this.#openKey(owner)];
  }

  #recordKey(id: string): string {
    return `${this.#prefix}:record:${id}`;
  }

  #ownerKey(owner: string): string {
    return `${this.#prefix}:owner:${owner}`;
  }

  #openKey(owner: string): string {
    return `${this.#prefix}:open:${owner}`;
  }
}

/** What a state makes of a job's place among the open ones. */
function stepFor(state: JobState): 'SADD' | 'SREM' {
  return OPEN_STATES.has(state) ? 'SADD' : 'SREM';
}

function textsIn(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}
