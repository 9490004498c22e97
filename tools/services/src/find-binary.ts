import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** The folders of PATH, in order. */
export function pathFolders(path: string = process.env['PATH'] ?? ''): string[] {
  return path.split(delimiter).filter((folder) => folder !== '');
}

/** Full path of the first executable called `name` in `folders`, or `undefined`. */
export function findBinary(name: string, folders: readonly string[] = pathFolders()): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The folder an npm package is installed in, or `undefined` when this platform has none. */
export function npmPackageFolder(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    // Optional packages for other platforms are not installed.
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Absent or not ours to run: both mean "look further".
    return false;
  }
}
