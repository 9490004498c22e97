import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DamagedFileError } from './disk-database.ts';
import { inspectLmdbFile } from './lmdb-file.ts';

/**
 * Throws `DamagedFileError` for what lmdb must not open. A file that is shorter than it says may be whole, since lmdb does not
 * write free pages at its end, or cut short; then another process reads all of it, and ends in place of this one.
 */
export async function checkLmdbFile(file: string, readOnly: boolean): Promise<void> {
  if (inspectLmdbFile(file) !== 'short') return;
  const isSource = import.meta.url.endsWith('.ts');
  const script = new URL(isSource ? './check-worker.ts' : './check-worker.js', import.meta.url);
  const flags = isSource ? ['--conditions=@perf/source'] : [];
  const failure = await new Promise<Error | null>((resolve) => {
    const args = [...flags, fileURLToPath(script), file, readOnly ? 'read' : 'write'];
    execFile(process.execPath, args, (error) => resolve(error));
  });
  if (failure !== null) throw new DamagedFileError(`${file} was cut short`, { cause: failure });
}
