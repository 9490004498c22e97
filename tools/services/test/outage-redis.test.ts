import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startOutageRedis } from '@perf/services';
import { redisCommand } from '../src/redis-command.ts';
import { isAlive } from '../src/temp-folder.ts';
import { redisPing } from './redis-ping.ts';

describe('startOutageRedis', () => {
  it('has every acknowledged write on the same port after it was killed and restarted', async () => {
    await using redis = await startOutageRedis();
    const { pid, url } = redis;
    await redisCommand(redis.port, 'SET', 'written', 'yes');

    await redis.kill('SIGKILL');
    const whileDown = redis.pid;
    await redis.restart();

    expect(whileDown).toBeUndefined();
    expect(redis.pid).not.toBe(pid);
    expect(redis.url).toBe(url);
    expect(await redisCommand(redis.port, 'GET', 'written')).toBe('yes');
  });

  it('refuses connections after it was killed, and ends when it is disposed then', async () => {
    const redis = await startOutageRedis();
    await redis.kill('SIGTERM');

    await expect(redisPing(redis.url)).rejects.toThrow('ECONNREFUSED');
    await redis[Symbol.asyncDispose]();

    expect(existsSync(redis.folder)).toBe(false);
  });

  it('restarts a server that runs, and one twice', async () => {
    await using redis = await startOutageRedis();

    await redis.restart();
    await redis.restart();

    expect(await redisPing(redis.url)).toBe('+PONG');
  });

  it('answers after a pause, and leaves nothing when it is disposed in one', async () => {
    const redis = await startOutageRedis();
    const pid = redis.pid ?? 0;
    await redis.kill('SIGSTOP');
    const answer = redisPing(redis.url);
    await redis.kill('SIGCONT');
    expect(await answer).toBe('+PONG');

    await redis.kill('SIGSTOP');
    await redis[Symbol.asyncDispose]();

    expect(isAlive(pid)).toBe(false);
    expect(existsSync(redis.folder)).toBe(false);
  });
});
