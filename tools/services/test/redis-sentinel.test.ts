import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startRedisSentinel } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { redisCommand } from '../src/redis-command.ts';

async function masterPort(sentinelPort: number): Promise<number> {
  const facts = await redisCommand(sentinelPort, 'INFO', 'sentinel');
  return Number(/address=127\.0\.0\.1:(\d+)/.exec(facts)?.[1]);
}

async function isReplicated(port: number): Promise<boolean> {
  const facts = await redisCommand(port, 'INFO', 'replication');
  const written = /master_repl_offset:(\d+)/.exec(facts)?.[1];
  return written !== undefined && facts.includes(`offset=${written},`);
}

describeWith('redis', 'startRedisSentinel', () => {
  it('promotes the replica, with what it has, after the master was killed, and leaves nothing', async () => {
    const redis = await startRedisSentinel();
    const [{ port } = { port: 0 }] = redis.sentinels;
    const before = await masterPort(port);
    await redisCommand(before, 'SET', 'written', 'yes');
    // WAIT would look at the writes of its own connection alone.
    while (!(await isReplicated(before))) await delay(20);

    await redis.master.kill('SIGKILL');
    while ((await masterPort(port)) === before) await delay(20);
    const after = await masterPort(port);

    expect(before).toBe(redis.master.port);
    expect(await redisCommand(after, 'GET', 'written')).toBe('yes');
    expect(await redisCommand(after, 'SET', 'written', 'anew')).toBe('OK');
    await redis[Symbol.asyncDispose]();
    for (const gone of [port, after])
      await expect(redisCommand(gone, 'PING')).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(redis.master.folder)).toBe(false);
  });
});

describe('startRedisSentinel without a binary', () => {
  it('says what is missing', async () => {
    await expect(startRedisSentinel({ env: { PATH: '', PERF_APT: '0' } })).rejects.toThrow(
      'no Redis: set REDIS_URL',
    );
  });
});
