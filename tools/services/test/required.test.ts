import { describe, expect, it, vi } from 'vitest';
import { serversAreRequired } from '@perf/services';
import { canAptInstall } from '../src/apt-install.ts';
import { provideServers } from '../src/global-setup/provide-servers.ts';
import { redisPing } from './redis-ping.ts';

const withoutRedis = { PATH: '', PERF_APT: '0' };
const line = 'no Redis: set REDIS_URL to a running one, or install the Debian package redis-server';

/** A vitest project that remembers what it was given. */
function receiver() {
  const provided = new Map<string, unknown>();
  return { provided, provide: (key: string, value: unknown): unknown => provided.set(key, value) };
}

describe('serversAreRequired', () => {
  it.each([
    [{ CI: 'true' }, true],
    [{ CI: '1' }, true],
    [{ PERF_SERVICES: 'required' }, true],
    [{ CI: 'false' }, false],
    [{ CI: '' }, false],
    [{}, false],
  ])('reads %o as %s', (env, expected) => {
    expect(serversAreRequired(env)).toBe(expected);
  });
});

describe('provideServers', () => {
  it('provides the URL of a server that runs until the project ends', async () => {
    const project = receiver();

    const stop = await provideServers(['redis'], project, { env: { ...process.env, REDIS_URL: '' } });
    const url = String(project.provided.get('redisUrl'));

    expect(await redisPing(url)).toBe('+PONG');
    await stop();
    await expect(redisPing(url)).rejects.toThrow('ECONNREFUSED');
  });

  it.each([{ CI: 'true' }, { PERF_SERVICES: 'required' }])(
    'fails with one line where servers are required: %o',
    async (env) => {
      const providing = provideServers(['redis'], receiver(), { env: { ...withoutRedis, ...env } });

      await expect(providing).rejects.toThrow(line);
    },
  );

  it('lets suites skip elsewhere and says the same line at the end', async () => {
    const project = receiver();
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    const stop = await provideServers(['redis'], project, { env: withoutRedis });
    await stop();

    expect(project.provided.get('redisMissing')).toBe(line);
    expect(said.mock.calls).toEqual([[`skipped: ${line}\n`]]);
  });
});

describe('canAptInstall', () => {
  it.each([
    [{ uid: 0, isDebian: true, env: {} }, true],
    [{ uid: 0, isDebian: true, env: { PERF_APT: '0' } }, false],
    [{ uid: 1000, isDebian: true, env: {} }, false],
    [{ uid: 0, isDebian: false, env: {} }, false],
  ])('reads %o as %s', (conditions, expected) => {
    expect(canAptInstall(conditions)).toBe(expected);
  });
});
