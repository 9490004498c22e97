import type { RedisClient, RedisServer } from './redis-client.ts';
import { isCluster, mastersOf } from './redis-client.ts';

/** Names looked at in one step of a scan. */
const STEP = 1000;

/**
 * Unlinks every name that matches, on all masters, twice. SCAN promises only names that stay for the whole pass: a lease of before
 * that became a value behind the first pass is a value all through the second.
 */
export async function unlinkMatching(
  client: RedisClient,
  pattern: string,
  isStopped: () => boolean,
): Promise<void> {
  for (let pass = 0; pass < 2; pass++)
    await Promise.all(mastersOf(client).map((master) => unlinkOn(client, master, pattern, isStopped)));
}

async function unlinkOn(
  client: RedisClient,
  master: RedisServer,
  pattern: string,
  isStopped: () => boolean,
): Promise<void> {
  let cursor = '0';
  do {
    const reply = await master.callBuffer('scan', cursor, 'MATCH', pattern, 'COUNT', STEP);
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw new Error('SCAN gave no cursor and names');
    cursor = String(reply[0]);
    await unlink(
      client,
      reply[1].filter((name) => Buffer.isBuffer(name)),
    );
  } while (cursor !== '0' && !isStopped());
}

/** One command; on a Cluster one per name, sent together, since names may lie on any slot. */
async function unlink(client: RedisClient, names: readonly Buffer[]): Promise<void> {
  if (names.length === 0) return;
  if (isCluster(client)) await Promise.all(names.map((name) => client.callBuffer('unlink', name)));
  else await client.callBuffer('unlink', ...names);
}
