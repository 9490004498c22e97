import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';

const resolver = createRequire(import.meta.url);

/** Path of a data file of `vega-datasets`, which is no dependency of the published app. Throws `ERR_PERF_MISSING_PACKAGE`. */
export function datasetFile(file: string): string {
  try {
    return join(resolver.resolve('vega-datasets'), '..', '..', 'data', file);
  } catch (cause) {
    throw missingPackage('vega-datasets', cause);
  }
}

/** The error for a package that a command needs and nobody installed. */
export function missingPackage(name: string, cause: unknown): PerfError {
  return new PerfError(
    'ERR_PERF_MISSING_PACKAGE',
    `this command needs the package ${name}; install it with: npm install --save-dev ${name}`,
    { cause },
  );
}
