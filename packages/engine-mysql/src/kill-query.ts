import mysql2 from 'mysql2';
import type { MysqlCallbackPool } from './driver.ts';
import { property } from './driver.ts';

/** Options of a pool that say how its server is reached, and as whom. */
const REACH = [
  'host',
  'port',
  'localAddress',
  'socketPath',
  'user',
  'password',
  'password2',
  'password3',
  'passwordSha1',
  'ssl',
  'stream',
  'connectTimeout',
  'insecureAuth',
  'authPlugins',
  'authSwitchHandler',
  'enableCleartextPlugin',
] as const;

/**
 * Ends what connection `threadId` runs, over a connection of its own: the pool's may all be busy. Resolves to whether the
 * server has taken the order; it has not when it takes no more connections, and then the statement ends when it next writes.
 */
export function killQuery(pool: MysqlCallbackPool, threadId: number): Promise<boolean> {
  const reach = property(pool.config, 'connectionConfig');
  const options: Record<string, unknown> = {};
  for (const name of REACH) options[name] = property(reach, name);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = mysql2.createConnection(options);
  const end = (taken: boolean): void => {
    connection.destroy();
    resolve(taken);
  };
  connection.on('error', () => end(false));
  connection.query(`KILL QUERY ${Math.trunc(threadId)}`, (error) => end(error === null));
  return promise;
}
