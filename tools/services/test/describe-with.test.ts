import { expect, it } from 'vitest';
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
