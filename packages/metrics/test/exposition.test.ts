import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { ExpositionFormat } from '@perf/metrics';
import {
  CONTENT_TYPES,
  Registry,
  createMetrics,
  expose,
  grafanaJson,
  metricsHandler,
  perfDashboards,
  perfRules,
  rulesYaml,
} from '@perf/metrics';
import { describe, expect, it } from 'vitest';
import { samplesOf, textOf } from './read-text.ts';

function golden(name: string): string {
  return readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');
}

function filled(): Registry {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const route = { method: 'GET', endpoint: '/v1/airports/{id}' };
  metrics.httpRequests.with({ ...route, status: '200', tier: 'pro' }).add(2);
  metrics.httpRequests.with({ method: 'GET', endpoint: 'a "b" \\ c', status: '404', tier: 'basic' }).add();
  for (const seconds of [0.004, 0.005, 1, 31]) metrics.httpRequestDuration.with(route).observe(seconds);
  metrics.entitiesQueried.count('JFK');
  metrics.dataQuality.with({ dataset: 'flights', check: 'complete' }).set(0.975);
  registry.gauge({ name: 'plain', help: 'Help with \\ and "quotes"\nover two lines.' }).with().set(-1.5e-7);
  return registry;
}

async function urlOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}

describe('expose', () => {
  it.each<[ExpositionFormat, string]>([
    ['prometheus', 'exposition.prometheus.txt'],
    ['openmetrics', 'exposition.openmetrics.txt'],
  ])('prints %s text as released', async (format, file) => {
    expect(await textOf(filled(), format)).toBe(golden(file));
  });

  it('prints rules as released', () => {
    expect(rulesYaml(perfRules())).toBe(golden('rules.yml'));
  });

  it('prints dashboards as released', () => {
    const files = ['perf-api.json', 'perf-infrastructure.json', 'perf-business.json'];

    expect(perfDashboards().map(grafanaJson)).toEqual(files.map(golden));
  });

  it('leaves out what was never counted', async () => {
    const registry = new Registry();
    createMetrics(registry);

    expect(await textOf(registry)).toBe('');
    expect(await textOf(registry, 'openmetrics')).toBe('# EOF\n');
  });

  it('gives the event loop back after each chunk of a long text, and shows every series once', async () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'c_total', help: 'c', labels: ['v'], maxSeries: 20_000 });
    for (let i = 0; i < 20_000; i++) counter.with({ v: `value ${i}` }).add(i);
    let turns = 0;
    const ticking = { isOn: true };
    const tick = (): void => {
      turns++;
      if (ticking.isOn) setImmediate(tick);
    };
    setImmediate(tick);

    const chunks = await Array.fromAsync(expose(registry));

    ticking.isOn = false;
    expect(chunks.length).toBeGreaterThan(10);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(64 * 1024);
    expect(turns).toBeGreaterThanOrEqual(chunks.length - 1);
    expect(samplesOf(chunks.join('')).size).toBe(20_000);
  });

  it('shows no counter lower than before while others count', async () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'c_total', help: 'c', labels: ['v'], maxSeries: 5000 });
    const series = Array.from({ length: 5000 }, (_, i) => counter.with({ v: `value ${i}` }));
    const scrapes = await Promise.all(
      Array.from({ length: 4 }, async () => {
        let text = '';
        for await (const chunk of expose(registry)) {
          text += chunk;
          for (const one of series) one.add();
        }
        return samplesOf(text);
      }),
    );
    const after = samplesOf(await textOf(registry));

    for (const scrape of scrapes)
      for (const [key, value] of scrape) expect(after.get(key)).toBeGreaterThanOrEqual(value);
  });
});

describe('metricsHandler', () => {
  it('answers in the format that is asked for', async () => {
    const handler = metricsHandler(filled());
    const server = createServer((request, response) => void handler(request, response));
    const url = await urlOf(server);

    const plain = await fetch(url);
    const open = await fetch(url, {
      headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' },
    });

    expect(plain.headers.get('content-type')).toBe(CONTENT_TYPES.prometheus);
    expect(await plain.text()).toBe(golden('exposition.prometheus.txt'));
    expect(open.headers.get('content-type')).toBe(CONTENT_TYPES.openmetrics);
    expect(await open.text()).toBe(golden('exposition.openmetrics.txt'));
    server.closeAllConnections();
    server.close();
  });

  it('stops without an error when the reader leaves', async () => {
    const registry = new Registry();
    const counter = registry.counter({ name: 'c_total', help: 'c', labels: ['v'], maxSeries: 100_000 });
    for (let i = 0; i < 100_000; i++) counter.with({ v: `value ${i}` });
    const handler = metricsHandler(registry);
    const { promise: ended, resolve } = Promise.withResolvers<unknown>();
    const server = createServer((request, response) => resolve(handler(request, response)));
    const url = await urlOf(server);
    const stop = new AbortController();

    const response = await fetch(url, stop);
    await response.body?.getReader().read();
    stop.abort();

    expect(await ended).toBeUndefined();
    server.closeAllConnections();
    server.close();
  });
});
