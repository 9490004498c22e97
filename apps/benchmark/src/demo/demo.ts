import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';
import { peakRssMb } from '@perf/testkit/measure';
import { createProfiler } from '@perf/profiler';
import { ClosingStack } from '../data/closing-stack.ts';
import { exportersFor } from '../data/exporters.ts';
import type { FileFormat } from '../data/exporters.ts';
import type { FlightsHouse } from '../data/flights-house.ts';
import { openHouse } from '../data/flights-house.ts';
import { serviceFor } from '../data/service-for.ts';
import { wholeFile } from '../data/whole-file.ts';
import { htmlReport } from '../report/html.ts';
import type { ProgressLine } from '../terminal/progress-line.ts';
import type { AppSwitches } from '../terminal/switches.ts';
import type { NamedService, ShapeReport } from './compare-shapes.ts';
import { compareShape } from './compare-shapes.ts';
import type { ExportReport } from './exports.ts';
import { writeExports } from './exports.ts';
import { loadFastCsv } from './fast-csv.ts';
import { attack } from './hostile.ts';
import { openCache } from './open-cache.ts';
import type { DemoReport } from './report.ts';
import type { SessionReport } from './session.ts';
import { runSession } from './session.ts';
import type { Vocabulary } from './shapes.ts';
import { SHAPES } from './shapes.ts';
import { readVocabulary } from './vocabulary.ts';

/** How the main job runs. */
export interface DemoOptions {
  /** Flights as Parquet. */
  readonly flights: string;
  /** Airports as CSV. */
  readonly airports: string;
  /** Every tenth flight only. */
  readonly quick: boolean;
  /** Folder of the report and, with `keep`, of the exported files. */
  readonly out: string;
  readonly keep: boolean;
  /** Address of a Redis that becomes a cache tier too. */
  readonly redis: string | undefined;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  readonly switches: AppSwitches;
}

/** Entries of the session's memory tier. */
const CAPACITY = 500;
/** Requests of a session without a cache, where each costs a statement. */
const UNCACHED_REQUESTS = 1000;

/** Runs the main job on real flights and writes the report. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { signal, progress, switches } = options;
  const started = performance.now();
  // What is missing is told before the work, not in the middle of it.
  await loadFastCsv();
  await mkdir(options.out, { recursive: true }).catch((cause: unknown) => {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot make the folder ${options.out}`, { cause });
  });
  await using house = await openHouse({
    flights: options.flights,
    airports: options.airports,
    every: options.quick ? 10 : 1,
    sqlite: true,
    parallel: switches.parallel,
    signal,
    onStep: (step, done) => progress.show(step, done),
  });
  if (house.flights === 0) throw new PerfError('ERR_PERF_OPEN_FAILED', `${options.flights} holds no flights`);
  await using caches = new ClosingStack();
  const services: NamedService[] = [];
  for (const { engine, catalog } of house.engines) {
    const { cache } = caches.use(await openCache({ capacity: CAPACITY, redis: options.redis }));
    const service = serviceFor(engine, catalog, { cache, profiler: createProfiler() }, switches);
    services.push({ name: engine.name, service });
  }
  const words = await readVocabulary(services[0]?.service, signal);
  const shapes = await askAll(services, words, options);
  const session = await replay(house, words, options);
  const exports = await exportAll(house, options);
  progress.show('attacking', 0);
  const hostile = await attack(signal);
  progress.show('attacking', 1);
  const report: DemoReport = {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    flights: house.flights,
    loads: house.engines.map(({ engine, loadMs }) => ({ engine: engine.name, ms: loadMs })),
    shapes,
    session,
    exports,
    hostile,
    switchedOff: Object.entries(switches).flatMap(([name, isOn]) => (isOn === true ? [] : [name])),
    differences: shapes.flatMap(({ differences }) => differences),
    elapsedMs: performance.now() - started,
    peakMemoryMb: peakRssMb(),
  };
  await wholeFile(join(options.out, 'report.html'), (partial) => writeFile(partial, htmlReport(report)));
  return report;
}

async function askAll(
  services: readonly NamedService[],
  words: Vocabulary,
  { signal, progress }: DemoOptions,
): Promise<readonly ShapeReport[]> {
  const shapes: ShapeReport[] = [];
  for (const [i, shape] of SHAPES.entries()) {
    shapes.push(await compareShape(shape, services, words, signal));
    progress.show('asking questions', (i + 1) / SHAPES.length);
  }
  return shapes;
}

async function replay(
  { engines: [first] }: FlightsHouse,
  words: Vocabulary,
  { redis, signal, progress, switches }: DemoOptions,
): Promise<SessionReport> {
  await using opened = await openCache({ capacity: CAPACITY, redis });
  const { cache } = opened;
  return await runSession(serviceFor(first.engine, first.catalog, { cache }, switches), cache, {
    words,
    ...(switches.cache ? {} : { requests: UNCACHED_REQUESTS }),
    capacity: CAPACITY,
    signal,
    onProgress: (done) => progress.show('session', done),
  });
}

/** What the demo writes. */
const DEMO_FORMATS: readonly FileFormat[] = ['csv', 'csv.gz', 'ndjson', 'xlsx', 'pdf', 'arrow', 'parquet'];

async function exportAll(
  { engines: [first], flights }: FlightsHouse,
  { out, keep, signal, progress, switches }: DemoOptions,
): Promise<readonly ExportReport[]> {
  const formats = exportersFor(DEMO_FORMATS, switches);
  const service = serviceFor(first.engine, first.catalog, { exporters: formats }, switches);
  return writeExports(service, first.engine, {
    folder: out,
    rows: flights,
    keep,
    formats,
    signal,
    onProgress: (name, { rows, rowsPerSecond, etaMs }) => {
      const left = etaMs === undefined ? '' : `, ${(etaMs / 1000).toFixed(0)} s left`;
      progress.show(name, rows / flights, `${Math.round(rowsPerSecond / 1000)}k rows/s${left}`);
    },
  });
}
