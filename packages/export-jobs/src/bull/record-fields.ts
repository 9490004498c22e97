import type { JobChange, JobRecord } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** Fields of a hash that are about the record, and not of it, begin with this. */
const OWN = '~';
const NAMES = [
  'version',
  'id',
  'request',
  'state',
  'epoch',
  'attempts',
  'stalls',
  'lease',
  'wish',
  'createdAt',
  'startedAt',
  'endedAt',
  'expiresAt',
  'progress',
  'manifest',
  'error',
] as const satisfies readonly (keyof JobRecord)[];

/** A record as fields of a hash, each a JSON text. */
export function fieldsOf(record: JobRecord | JobChange): [name: string, json: string][] {
  return Object.entries(record).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, JSON.stringify(value)]],
  );
}

/** The record in what HGETALL gives; undefined when there is none. Throws `ERR_PERF_INVALID_VALUE` for what no version has written. */
export function recordIn(answer: unknown): JobRecord | undefined {
  const fields = new Map(
    pairsIn(answer)
      .filter(([name]) => !name.startsWith(OWN))
      .map(([name, json]) => [name, parsed(name, json)]),
  );
  if (fields.size === 0) return undefined;
  const record = Object.fromEntries(
    NAMES.filter((name) => fields.has(name)).map((name) => [name, fields.get(name)]),
  );
  if (isRecord(record)) return record;
  throw corrupt(`it has no ${REQUIRED.find((name) => !fields.has(name)) ?? 'version 1'}`);
}

const REQUIRED = ['version', 'id', 'request', 'state', 'epoch', 'attempts', 'stalls', 'createdAt'] as const;

/** Only this package writes such hashes: what has all that a record has, is one. */
function isRecord(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & JobRecord {
  return value['version'] === 1 && REQUIRED.every((name) => value[name] !== undefined);
}

/** Names and texts: in turn, as a script answers, or as an object, as ioredis makes of HGETALL. */
function pairsIn(answer: unknown): [name: string, text: string][] {
  if (!Array.isArray(answer)) return Object.entries(answer ?? {}).map(([name, text]) => [name, String(text)]);
  return answer.flatMap((name, i) => (i % 2 === 0 ? [[String(name), String(answer[i + 1])]] : []));
}

function parsed(name: string, json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    // The text says enough; what JSON.parse says of it does not help.
    throw corrupt(`its ${name} is no JSON`);
  }
}

function corrupt(reason: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `a job's record in Redis cannot be read: ${reason}`);
}
