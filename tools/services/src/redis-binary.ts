import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary, pathFolders } from './find-binary.ts';
import { MissingServerError, missingServerLine, type ServerFacts } from './required.ts';

/** Path of `redis-server`, installed first where that is allowed; else throws `MissingServerError`, which says `facts`. */
export async function redisBinary(env: NodeJS.ProcessEnv, facts: ServerFacts): Promise<string> {
  const find = (): string | undefined => findBinary('redis-server', pathFolders(env['PATH'] ?? ''));
  let file = find();
  if (file === undefined && canAptInstall({ env }) && (await aptInstall(facts.debianPackage))) file = find();
  if (file === undefined) throw new MissingServerError(missingServerLine(facts));
  return file;
}

/** Arguments of a Redis on loopback: port and folder, and whether it keeps every write on disk before it answers. */
export function redisArguments(
  place: { readonly port: number; readonly folder: string },
  durable: boolean,
): string[] {
  const keep = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  return ['--port', String(place.port), '--bind', '127.0.0.1', '--dir', place.folder, '--save', '', ...keep];
}
