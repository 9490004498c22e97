/**
 * What does an observation cost, bound to its labels, against prom-client's bound one? And for how long does a scrape of 8 MB hold up
 * the event loop?
 * Usage: npm run bench -w @perf/metrics -- [--quick] [--json FILE]
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BUCKETS, Registry, expose } from '@perf/metrics';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import {
  compareInProcess,
  figureOf,
  parseBenchArgs,
  peerVersion,
  printFigures,
  quantile,
  writeFigures,
} from '@perf/testkit/measure';
import { Histogram as PeerHistogram, Registry as PeerRegistry } from 'prom-client';

const SCRAPE_BYTES = 8e6;
const SCRAPES = 7;

const { json, quick } = parseBenchArgs();
const figures: Figure[] = [await observing(), ...(await scraping())];
printFigures(figures);
if (json !== undefined) writeFigures(json, figures);

/** Durations from 1 ms to 20 s, most of them short, in a row that no branch predictor learns. */
function durations(): Float64Array {
  const random = seededRandom(7);
  return Float64Array.from({ length: 4096 }, () => 0.001 * 20_000 ** (random.next() * random.next()));
}

async function observing(): Promise<Figure> {
  const name = 'http_request_duration_seconds';
  const labels = { method: 'GET', endpoint: '/v1/airports/{id}/overview' };
  const labelNames = ['method', 'endpoint'] as const;
  const values = durations();
  const mine = new Registry().histogram({ name, help: 'h', labels: labelNames, buckets: BUCKETS.duration });
  const bound = mine.with(labels);
  const theirs = new PeerHistogram({
    name,
    help: 'h',
    labelNames,
    buckets: [...BUCKETS.duration],
    registers: [new PeerRegistry()],
  }).labels(labels);
  const comparison = await compareInProcess({
    ours(iterations) {
      for (let i = 0; i < iterations; i++) bound.observe(values[i & 4095] ?? 0);
      return bound.sum;
    },
    peer(iterations) {
      for (let i = 0; i < iterations; i++) theirs.observe(values[i & 4095] ?? 0);
      return theirs;
    },
    direction: 'min',
    ...(quick ? { roundMs: 50 } : {}),
  });
  const { oursNs, peerNs } = comparison;
  return figureOf('metrics.observe.vs-prom-client', comparison, {
    peer: peerVersion('prom-client', import.meta.url),
    note: `bound series, ${BUCKETS.duration.length} buckets, ${oursNs.toFixed(1)} ns against ${peerNs.toFixed(0)} ns`,
  });
}

async function scraping(): Promise<Figure[]> {
  const registry = new Registry();
  const labels = ['method', 'endpoint'] as const;
  const many = { name: 'h', help: 'h', labels, buckets: BUCKETS.duration, maxSeries: 1e6 };
  const histogram = registry.histogram(many);
  const theirs = new PeerRegistry();
  const peer = new PeerHistogram({
    name: 'h',
    help: 'h',
    labelNames: labels,
    buckets: [...BUCKETS.duration],
    registers: [theirs],
  });
  for (let i = 0; i < 6000; i++) {
    const values = { method: 'GET', endpoint: `/v1/airports/{id}/statements/${i}` };
    histogram.with(values).observe(i / 1000);
    peer.labels(values).observe(i / 1000);
  }
  const ours = await stallOf(async () => {
    let length = 0;
    for await (const chunk of expose(registry)) length += Buffer.byteLength(chunk);
    return length;
  });
  const other = await stallOf(async () => Buffer.byteLength(await theirs.metrics()));
  const note = (bytes: number, more: string): string =>
    `${(bytes / 1e6).toFixed(1)} MB, longest turn of the event loop in a scrape, median of ${SCRAPES}; ${more}`;
  if (ours.bytes < SCRAPE_BYTES) throw new Error(`a scrape of ${ours.bytes} bytes is too small`);
  return [
    {
      id: 'metrics.scrape.stall',
      value: ours.stallMs,
      unit: 'ms',
      n: SCRAPES,
      note: note(ours.bytes, `prom-client ${other.stallMs.toFixed(0)} ms`),
    },
  ];
}

/** The longest time for which the event loop did not come round while `scrape` ran. */
async function stallOf(
  scrape: () => Promise<number>,
): Promise<{ readonly stallMs: number; readonly bytes: number }> {
  const stalls: number[] = [];
  let bytes = 0;
  await scrape();
  for (let i = 0; i < SCRAPES; i++) {
    const run = { isRunning: true };
    let longest = 0;
    const watching = (async () => {
      let last = performance.now();
      while (run.isRunning) {
        await nextTurn();
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
      }
    })();
    bytes = await scrape();
    run.isRunning = false;
    await watching;
    stalls.push(longest);
  }
  return { stallMs: quantile(stalls, 0.5), bytes };
}
