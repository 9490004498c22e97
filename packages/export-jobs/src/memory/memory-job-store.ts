import type { JobChange, JobCondition, JobRecord, JobStore } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { changed } from '../change.ts';
import { OPEN_STATES } from '../open-states.ts';

/** Keeps records in this process: they are gone when it ends. The default for one process, and for tests. */
export function memoryJobStore(): JobStore {
  return new MemoryJobStore();
}

class MemoryJobStore implements JobStore {
  readonly #records = new Map<string, JobRecord>();

  async create(record: JobRecord): Promise<void> {
    if (this.#records.has(record.id))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `a job with the id ${record.id} is there already`);
    this.#records.set(record.id, structuredClone(record));
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return structuredClone(this.#records.get(id));
  }

  async update(id: string, change: JobChange, condition: JobCondition = {}): Promise<JobRecord | undefined> {
    return this.#change(id, change, condition, 0);
  }

  async take(id: string, change: JobChange, condition: JobCondition): Promise<JobRecord | undefined> {
    return this.#change(id, change, condition, 1);
  }

  async remove(id: string): Promise<boolean> {
    return this.#records.delete(id);
  }

  async list(
    owner: string,
    { limit, before = Number.POSITIVE_INFINITY }: { readonly limit: number; readonly before?: number },
  ): Promise<readonly JobRecord[]> {
    return [...this.#records.values()]
      .filter(({ request, createdAt }) => request.owner === owner && createdAt < before)
      .toSorted((a, b) => b.createdAt - a.createdAt)
      .slice(0, limit)
      .map((record) => structuredClone(record));
  }

  async count(owner: string, since: number): Promise<{ readonly open: number; readonly recent: number }> {
    const own = [...this.#records.values()].filter(({ request }) => request.owner === owner);
    return {
      open: own.filter(({ state }) => OPEN_STATES.has(state)).length,
      recent: own.filter(({ createdAt }) => createdAt > since).length,
    };
  }

  async expiredBefore(instant: number, limit: number): Promise<readonly string[]> {
    return [...this.#records.values()]
      .filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt <= instant)
      .slice(0, limit)
      .map(({ id }) => id);
  }

  #change(id: string, change: JobChange, condition: JobCondition, raise: number): JobRecord | undefined {
    const record = this.#records.get(id);
    if (record === undefined || !holds(record, condition)) return undefined;
    const next = changed({ ...record, epoch: record.epoch + raise }, change);
    this.#records.set(id, next);
    return structuredClone(next);
  }
}

function holds({ state, epoch, wish }: JobRecord, condition: JobCondition): boolean {
  if (condition.states !== undefined && !condition.states.includes(state)) return false;
  if (condition.wishIsNot !== undefined && condition.wishIsNot === wish) return false;
  return condition.epoch === undefined || condition.epoch === epoch;
}
