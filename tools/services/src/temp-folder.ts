import { chownSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverOwner } from './server-owner.ts';

const prefix = 'perf-services-';

/** Name of the file in a server's folder that holds the server's process id. */
export const pidFile = 'server.pid';

/**
 * Makes an empty folder for one server, owned by the server's user. Its name carries the id of the process
 * that made it, so `sweepTempFolders` can tell when nobody is left to remove it.
 */
export function makeTempFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  const owner = serverOwner();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** Removes a server's folder with everything in it; a folder that is gone already is fine. */
export function removeTempFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Removes the folders, and kills the servers, of processes that died without doing so.
 * Returns the folders removed. Folders of other users are left alone.
 */
export function sweepTempFolders(parent: string = tmpdir()): string[] {
  const stale = readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && !isAlive(Number(name.split('-')[2])))
    .map((name) => join(parent, name));
  return stale.filter((folder) => {
    try {
      killServerIn(folder);
      removeTempFolder(folder);
      return true;
    } catch {
      // Another user's folder, or another sweep was faster.
      return false;
    }
  });
}

/** Whether a process with this id exists, also when it belongs to another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Process ids are reused, so only a process that works inside the folder counts as its server. */
function killServerIn(folder: string): void {
  try {
    const pid = Number(readFileSync(join(folder, pidFile), 'utf8'));
    if (pid > 0 && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) process.kill(pid, 'SIGKILL');
  } catch {
    // No file, no such process, or no /proc: nothing to kill.
  }
}
