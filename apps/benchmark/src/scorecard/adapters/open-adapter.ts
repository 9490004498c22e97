import { missingPackage } from '../../data/missing-package.ts';
import type { AdapterName, OpenCache } from './adapter.ts';

/** Opens a node of the named cache; only what it needs is loaded. Throws `ERR_PERF_MISSING_PACKAGE`. */
export async function adapterOf(name: AdapterName): Promise<OpenCache> {
  switch (name) {
    case 'perf':
      return (await import('./perf.ts')).openCache;
    case 'bentocache':
      return told(name, (await import('./bentocache.ts')).openCache);
    case 'cacheable':
      return told(name, (await import('./cacheable.ts')).openCache);
    case 'cache-manager':
      return told(name, (await import('./cache-manager.ts')).openCache);
    case 'async-cache-dedupe':
      return told(name, (await import('./async-cache-dedupe.ts')).openCache);
    case 'layered-loader':
      return told(name, (await import('./layered-loader.ts')).openCache);
  }
}

/** The same, with an error that says which package is missing. */
function told(name: string, open: OpenCache): OpenCache {
  return async (place) => {
    try {
      return await open(place);
    } catch (cause) {
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
      throw isMissing ? missingPackage(name, cause) : cause;
    }
  };
}
