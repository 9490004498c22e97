// What does the cache add to Redis? A hit that only Redis has, through TieredCache over RedisStore, against a bare GET and the
// decoding of the same value; 32 callers side by side against bentocache's getOrSet over Redis; and how long after a delete another
// process knows, at 1000 deletes a second, against a bare pub/sub message. Each case in a process of its own, all with one Redis.
import { startRedis } from '@perf/services';
import type { Case, CaseReport, Figure, PairsComparison } from '@perf/testkit/measure';
import {
  comparePairs,
  comparisonOf,
  figureOf,
  median,
  parseBenchArgs,
  peerVersion,
  printFigures,
  quartiles,
  ratioOf,
  runCase,
  writeFigures,
} from '@perf/testkit/measure';
import * as hit from './hit-cases.ts';
import * as lag from './lag-cases.ts';

const cases: Readonly<Record<string, (url: string, scale: number) => Promise<object>>> = {
  'hit-ours': (url, scale) => hit.hits(hit.ours, url, 10_000 * scale),
  'hit-raw': (url, scale) => hit.hits(hit.raw, url, 10_000 * scale),
  'wide-ours': (url, scale) => hit.wide(hit.ours, url, 64_000 * scale),
  'wide-bento': (url, scale) => hit.wide(hit.bento, url, 64_000 * scale),
  'lag-ours': (url, scale) => lag.lag(lag.ours, url, 2 * scale),
  'lag-raw': (url, scale) => lag.lag(lag.raw, url, 2 * scale),
};

async function compareAll(url: string, quick: boolean): Promise<Figure[]> {
  const scale = quick ? 1 : 3;
  const side = (name: string): Case => ({
    module: import.meta.url,
    args: ['--case', name, url, String(scale)],
  });
  const ioredis = peerVersion('ioredis', import.meta.url);
  const hits = await comparePairs({
    ours: side('hit-ours'),
    peer: side('hit-raw'),
    direction: 'max',
    figure: p50,
  });
  const wide = await comparePairs({ ours: side('wide-ours'), peer: side('wide-bento'), direction: 'min' });
  const lags = await comparePairs({
    ours: side('lag-ours'),
    peer: side('lag-raw'),
    direction: 'max',
    figure: p50,
  });
  const [tail, slow] = [hits.ours.map(p99).map((us) => us / 1000), quick ? ', quick' : ''];
  const hitNote = `getOrSet, no memory tier, answers of 20 rows, 1000 keys${slow}; ${micros(hits, p50)} at p50`;
  const lagNote = `1000 deletes a second for ${2 * scale} s, publisher and listener in one process${slow}`;
  return [
    figureOf('redis.hit-p50.vs-raw', hits, { peer: `${ioredis} getBuffer and msgpackr`, note: hitNote }),
    figureOf('redis.wide-32.vs-bentocache', wide, {
      peer: peerVersion('bentocache', import.meta.url),
      note: `32 callers, getOrSet, Redis tier alone, answers of 20 rows${slow}; ${rate(wide.ours)} and ${rate(wide.peer)} reads/s`,
    }),
    {
      id: 'redis.hit-p99-ms',
      value: median(tail),
      unit: 'ms',
      n: tail.length,
      spread: quartiles(tail),
      note: `${hitNote}; ${micros(hits, p99)} at p99`,
    },
    figureOf('redis.lag-p50.vs-raw-pubsub', lags, {
      peer: `${ioredis} publish`,
      note: `${lagNote}; ${micros(lags, p50)}`,
    }),
    figureOf('redis.lag-p99.vs-raw-pubsub', ratiosOf(lags, p99), {
      peer: `${ioredis} publish`,
      note: `${lagNote}; ${micros(lags, p99)}`,
    }),
  ];
}

function p50(report: CaseReport): number {
  return Number(report['p50']);
}

function p99(report: CaseReport): number {
  return Number(report['p99']);
}

/** The same pairs by another of their figures. */
function ratiosOf({ ours, peer }: PairsComparison, figure: (report: CaseReport) => number) {
  return comparisonOf(ours.map((report, i) => ratioOf('max', figure(report), Number(peer[i]?.['p99']))));
}

function micros({ ours, peer }: PairsComparison, figure: (report: CaseReport) => number): string {
  return `ours ${median(ours.map(figure)).toFixed(0)} µs, peer ${median(peer.map(figure)).toFixed(0)} µs`;
}

function rate(reports: readonly CaseReport[]): string {
  return median(reports.map(({ ms, reads }) => (Number(reads) / ms) * 1000)).toFixed(0);
}

const { json, quick, case: name, rest } = parseBenchArgs();
if (name === undefined) {
  await using redis = await startRedis();
  const figures = await compareAll(redis.url, quick);
  printFigures(figures);
  if (json !== undefined) writeFigures(json, figures);
} else {
  const run = cases[name];
  if (run === undefined) throw new Error(`there is no case ${name}`);
  await runCase(() => run(rest[0] ?? '', Number(rest[1] ?? 1)));
  // The clients of a case stay open until its process ends.
  process.exit();
}
