import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { TieredCache } from '@perf/cache-core';
import type { Catalog, QueryEngine } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import { createJsonExporter } from '@perf/export-json';
import { createOptimizer } from '@perf/optimizer';
import type { QueryService, QueryServiceOptions } from '@perf/query';
import { createQueryService } from '@perf/query';
import { ClosingStack } from '../data/closing-stack.ts';
import { openHouse } from '../data/flights-house.ts';
import { datasetFile } from '../data/missing-package.ts';
import { htmlReport } from '../report/html.ts';
import type { ProgressLine } from '../terminal/progress-line.ts';
import type { NamedService, ShapeReport } from './compare-shapes.ts';
import { compareShape } from './compare-shapes.ts';
import { writeExports } from './exports.ts';
import { attack } from './hostile.ts';
import type { DemoReport } from './report.ts';
import { runSession } from './session.ts';
import { SHAPES } from './shapes.ts';
import { readVocabulary } from './vocabulary.ts';

/** How the main job runs. */
export interface DemoOptions {
  /** Every tenth flight only. */
  readonly quick: boolean;
  /** Folder of the report and, with `keep`, of the exported files. */
  readonly out: string;
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** What is switched off, as `PERF_DISABLE` says. */
  readonly disabled: ReadonlySet<string>;
}

/** Entries of the session's memory tier. */
const CAPACITY = 500;
const MAX_BYTES = 512 * 1024 * 1024;

/** Runs the main job on real flights and writes the report. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { signal, progress, quick } = options;
  await mkdir(options.out, { recursive: true });
  await using house = await openHouse({
    flights: datasetFile('flights-3m.parquet'),
    airports: datasetFile('airports.csv'),
    every: quick ? 10 : 1,
    sqlite: true,
    signal,
    onStep: (step, done) => progress.show(step, done),
  });
  await using caches = new ClosingStack();
  const cacheOf = (): TieredCache =>
    caches.use(new TieredCache({ memory: { maxEntries: CAPACITY, maxBytes: MAX_BYTES } }));
  const services = house.engines.map(({ engine, catalog }): NamedService => ({
    name: engine.name,
    service: serviceFor(engine, catalog, { cache: cacheOf() }, options.disabled),
  }));
  const [first] = house.engines;
  const [asked] = services;
  if (first === undefined || asked === undefined) throw new RangeError('no engine was opened');
  const words = await readVocabulary(asked.service, signal);
  const shapes: ShapeReport[] = [];
  for (const [i, shape] of SHAPES.entries()) {
    shapes.push(await compareShape(shape, services, words, signal));
    progress.show('asking questions', (i + 1) / SHAPES.length);
  }
  const cache = cacheOf();
  const session = await runSession(
    serviceFor(first.engine, first.catalog, { cache }, options.disabled),
    cache,
    {
      words,
      capacity: CAPACITY,
      signal,
      onProgress: (done) => progress.show('session', done),
    },
  );
  const exporters = { csv: createCsvExporter(), ndjson: createJsonExporter({ format: 'ndjson' }) };
  const exports = await writeExports(
    serviceFor(first.engine, first.catalog, { exporters }, options.disabled),
    first.engine,
    {
      folder: options.out,
      rows: house.flights,
      keep: options.keep,
      signal,
      onProgress: (name, { rows, rowsPerSecond }) =>
        progress.show(name, rows / house.flights, `${Math.round(rowsPerSecond / 1000)}k rows/s`),
    },
  );
  progress.show('attacking', 0);
  const hostile = await attack(signal);
  progress.show('attacking', 1);
  const report: DemoReport = {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    flights: house.flights,
    shapes,
    session,
    exports,
    hostile,
    differences: shapes.flatMap(({ differences }) => differences),
  };
  await writeFile(join(options.out, 'report.html'), htmlReport(report));
  return report;
}

/** A service with every switch that is not disabled. */
export function serviceFor(
  engine: QueryEngine,
  catalog: Catalog,
  more: Partial<QueryServiceOptions>,
  disabled: ReadonlySet<string>,
): QueryService {
  const service = createQueryService({
    engine,
    catalog,
    optimizer: createOptimizer({ catalog, dialect: engine.dialect }),
    ...more,
  });
  const isOn = (name: string): boolean => !disabled.has('all') && !disabled.has(name);
  service.switches = { cache: isOn('cache'), optimizer: isOn('optimizer') };
  return service;
}
