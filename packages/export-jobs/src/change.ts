import type { JobChange, JobRecord } from '@perf/contracts';

/** The record with a change made; optional properties that the change gives as `undefined` are left out. */
export function changed(record: JobRecord, change: JobChange): JobRecord {
  const { version, id, request, epoch, createdAt } = record;
  const { state = record.state, attempts = record.attempts, stalls = record.stalls } = change;
  const { lease, wish, startedAt, endedAt, expiresAt, progress, manifest, error } = { ...record, ...change };
  return {
    version,
    id,
    request,
    state,
    epoch,
    attempts,
    stalls,
    createdAt,
    ...(lease === undefined ? {} : { lease }),
    ...(wish === undefined ? {} : { wish }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(progress === undefined ? {} : { progress }),
    ...(manifest === undefined ? {} : { manifest }),
    ...(error === undefined ? {} : { error }),
  };
}
