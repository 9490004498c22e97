import { describe, expect, it } from 'vitest';
import { MissingServerError, prometheusPrograms, startPrometheus } from '@perf/services';
import { existsSync } from 'node:fs';
import { isAlive } from '../src/temp-folder.ts';

const configuration = 'rule_files: [rules.yml]';
const rules = 'groups: [{ name: g, rules: [{ record: two, expr: "1 + 1" }] }]';

describe('startPrometheus', () => {
  it('starts one with the configuration and the files that it names, and leaves nothing behind', async () => {
    const server = await startPrometheus({ configuration, files: { 'rules.yml': rules } });

    const answer = await (await fetch(`${server.url}/api/v1/rules`)).text();
    await server[Symbol.asyncDispose]();

    expect(answer).toContain('"name":"two"');
    expect(existsSync(server.folder ?? '')).toBe(false);
    expect(isAlive(server.pid ?? 0)).toBe(false);
  });

  it('fails with what Prometheus says when the configuration is wrong', async () => {
    await expect(startPrometheus({ configuration: 'nonsense: 1' })).rejects.toThrow(/nonsense/);
  });

  it('says in one line what is missing where nothing may be installed', async () => {
    const missing = prometheusPrograms({ PATH: '', PERF_APT: '0' });

    await expect(missing).rejects.toThrow(MissingServerError);
    await expect(missing).rejects.toThrow(/Debian package prometheus/);
  });
});
