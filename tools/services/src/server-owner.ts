/** Who runs a server. */
export interface ServerOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * `nobody` when this process is root (Postgres refuses to run as root, and no server needs to), else
 * `undefined`: the server runs as the current user.
 */
export function serverOwner(): ServerOwner | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}
