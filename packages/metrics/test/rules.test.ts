import type { AlertRule, RuleSet } from '@perf/metrics';
import { Registry, createMetrics, expose, perfRules } from '@perf/metrics';
import { prometheusPrograms, serversAreRequired } from '@perf/services';
import { describe, expect, it } from 'vitest';
import { faultsOfRules, runPromtool } from './run-promtool.ts';

const missing = await prometheusPrograms().then(
  () => undefined,
  (error: unknown) => {
    if (serversAreRequired()) throw error;
    return String(error);
  },
);

/** The rules with every alert changed. */
function changed(change: (rule: AlertRule) => Partial<AlertRule>): RuleSet {
  const { alerts } = perfRules();
  return { recording: [], alerts: alerts.map((rule) => ({ ...rule, ...change(rule) })) };
}

/** Evictions of an hour add up only after the alert's own time has passed, so its test cannot see that time. */
const SLOW_TO_RISE = 'CacheEvictions';

describe.skipIf(missing !== undefined)(`the rules, by promtool ${missing ?? ''}`, () => {
  it('fire, stay silent, and stay silent without traffic', async () => {
    const { promtool } = await prometheusPrograms();

    expect([...(await faultsOfRules(promtool, perfRules()))]).toEqual([]);
  });

  it.each<[fault: string, change: (rule: AlertRule) => Partial<AlertRule>]>([
    ['never fire', () => ({ expression: 'vector(1) > 2' })],
    ['always fire', () => ({ expression: 'vector(1) > 0' })],
    ['fire at once', () => ({ lasting: '0s' })],
    ['have another severity', ({ severity }) => ({ severity: severity === 'info' ? 'critical' : 'info' })],
  ])('would be found out if they did %s', async (fault, change) => {
    const { promtool } = await prometheusPrograms();
    // The tests are those of the real rules; only what they test is changed.
    const faults = await faultsOfRules(promtool, changed(change), perfRules());

    const names = perfRules().alerts.map(({ alert }) => alert);
    const expected = fault === 'fire at once' ? names.filter((name) => name !== SLOW_TO_RISE) : names;
    expect([...faults.keys()].toSorted()).toEqual(expected.toSorted());
  });

  it('says which rule has no test', async () => {
    const { promtool } = await prometheusPrograms();
    const rules = changed(({ alert }) => ({ alert: `${alert}2` }));

    expect((await faultsOfRules(promtool, rules)).get('HighErrorRate2')).toBe('has no test');
  });
});

describe.skipIf(missing !== undefined)(`the exposition, by promtool ${missing ?? ''}`, () => {
  it('is read without a complaint', async () => {
    const { promtool } = await prometheusPrograms();
    const registry = new Registry();
    const metrics = createMetrics(registry);
    const labels = { method: 'GET', endpoint: '/a "b" \\', status: '200', tier: 'pro' };
    metrics.httpRequests.with(labels).add(2);
    metrics.httpRequestDuration.with(labels).observe(0.3);
    metrics.cacheMemoryUsage.with({ cache: 'c' }).set(1e21);

    const text = (await Array.fromAsync(expose(registry))).join('');

    expect(await runPromtool(promtool, ['check', 'metrics'], text)).toEqual({ passed: true, said: '' });
  });
});
