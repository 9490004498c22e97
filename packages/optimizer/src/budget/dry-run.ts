import { PerfError } from '@perf/contracts';

/** What BigQuery said of a statement that it did not run. */
export interface DryRun {
  readonly bytes: number;
  /** Whether the answer would come from BigQuery's own cache, at no cost. */
  readonly cacheHit: boolean;
  /** How BigQuery calls its figure; absent where it does not say. Only `PRECISE` and `UPPER_BOUND` limit what is billed. */
  readonly accuracy?: string;
}

/**
 * Reads the reply to a dry run: of `jobs.insert` (`statistics.query.totalBytesProcessed`) or of `jobs.query` (`totalBytesProcessed`), as the
 * REST reference of BigQuery documents them. Throws `ERR_PERF_INVALID_VALUE` for anything else, and for a job that was run.
 */
export function readDryRun(reply: unknown): DryRun {
  const job = record(reply);
  const statistics = record(job?.['statistics']);
  const query = record(statistics?.['query']);
  const bytes = wholeNumber(
    query?.['totalBytesProcessed'] ?? statistics?.['totalBytesProcessed'] ?? job?.['totalBytesProcessed'],
  );
  if (bytes === undefined) return refuse('it tells no totalBytesProcessed');
  const isRun = record(record(job?.['configuration']))?.['dryRun'] === false || job?.['rows'] !== undefined;
  if (isRun) return refuse('it is of a job that was run');
  const accuracy = query?.['totalBytesProcessedAccuracy'];
  return {
    bytes,
    cacheHit: (query?.['cacheHit'] ?? job?.['cacheHit']) === true,
    ...(typeof accuracy === 'string' ? { accuracy } : {}),
  };
}

/** Whether a dry run's figure is one that the bill cannot pass. */
export function isUpperBound({ accuracy }: DryRun): boolean {
  return accuracy === 'PRECISE' || accuracy === 'UPPER_BOUND';
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

/** REST writes whole numbers of 64 bits as text. */
function wholeNumber(value: unknown): number | undefined {
  const isWhole =
    (typeof value === 'string' && /^\d{1,19}$/.test(value)) ||
    (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
  return isWhole ? Number(value) : undefined;
}

function refuse(reason: string): never {
  throw new PerfError('ERR_PERF_INVALID_VALUE', `this is no reply to a dry run of BigQuery: ${reason}`);
}
