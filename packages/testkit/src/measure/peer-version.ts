import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { PerfError } from '@perf/contracts';

/**
 * Name and installed version of a package, as in `lru-cache 11.5.3`: what a figure calls its peer.
 * @param from the asking module's `import.meta.url`
 */
export function peerVersion(name: string, from: string): string {
  const file = findPackageJSON(name, from);
  const manifest: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest))
    throw new PerfError('ERR_PERF_RUN_INVALID', `${name} is not installed, or has no version`);
  return `${name} ${String(manifest.version)}`;
}
