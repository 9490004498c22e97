import { PerfError } from '@perf/contracts';
import { seededRandom } from '@perf/testkit';
import type { Trace } from './trace.ts';
import { TraceBuilder } from './trace.ts';

const PREFIX = 'synthetic:';
const REQUESTS = 400_000;
const KEYS = 20_000;

/** The key of request `i`. */
type KeyAt = (i: number) => number;

const KINDS: Readonly<Record<string, () => KeyAt>> = {
  zipf: () => seededRandom(1).zipf(KEYS, 0.99),
  scan: () => {
    const zipf = seededRandom(2).zipf(KEYS / 4, 0.9);
    // Half of each 10,000 requests are keys that come once.
    return (i) => (i % 10_000 < 5_000 ? zipf() : KEYS + i);
  },
  loop: () => (i) => i % KEYS,
  shift: () => {
    const random = seededRandom(3);
    return (i) => Math.floor(i / 20_000) * 500 + random.int(0, 1999);
  },
};

/** Whether a path names a trace that is made instead of read. */
export function isSynthetic(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Throws when there is no such trace. */
export function checkSynthetic(path: string): void {
  kindOf(path);
}

/** A trace of 400,000 requests that is the same each time. */
export function syntheticTrace(path: string): Trace {
  const keyAt = kindOf(path)();
  const builder = new TraceBuilder();
  for (let i = 0; i < REQUESTS; i++) builder.add(`key:${keyAt(i)}`);
  return builder.build(path);
}

function kindOf(path: string): () => KeyAt {
  const kind = new Map(Object.entries(KINDS)).get(path.slice(PREFIX.length));
  if (kind !== undefined) return kind;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `a synthetic trace must be one of ${Object.keys(KINDS).join(', ')}, got ${path}`,
  );
}
