import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeWith } from '@perf/services/vitest';
import { redisPing } from './redis-ping.ts';

describeWith('redis', 'a suite with Redis', (url) => {
  it('gets the URL that the global setup provides', async () => {
    expect(await redisPing(url)).toBe('+PONG');
  });
});

describeWith('postgres', 'a suite with Postgres', (url) => {
  it('gets the URL that the global setup provides', () => {
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });
});

/** A run of a project that needs Redis, on a machine that has none. */
function runWithoutRedis(env: NodeJS.ProcessEnv): { status: number | null; output: string } {
  const vitest = join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs');
  const config = join(import.meta.dirname, 'fixtures/needs-redis/vitest.config.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--config', config], {
    encoding: 'utf8',
    env: { PATH: dirname(process.execPath), PERF_APT: '0', ...env },
  });
  return { status, output: stripVTControlCharacters(stdout + stderr) };
}

describe('a project whose server is missing', () => {
  it('passes, skips the suite and says why at the end', () => {
    const { status, output } = runWithoutRedis({});

    expect(output).toMatch(/1 skipped[^]*skipped: no Redis: set REDIS_URL/);
    expect(status).toBe(0);
  });

  it('fails where servers are required', () => {
    const { status, output } = runWithoutRedis({ CI: 'true' });

    expect(output).toContain('no Redis: set REDIS_URL');
    expect(status).toBe(1);
  });
});
