import { Registry, type MetricDefinition } from '@perf/metrics';
import { describe, expect, it } from 'vitest';
import { textOf } from './read-text.ts';

const invalid: unknown = expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' });

describe('Registry', () => {
  it.each<[string, MetricDefinition]>([
    ['a name with a blank', { name: 'a b_total', help: '' }],
    ['a counter without _total', { name: 'requests', help: '' }],
    ['a label of Prometheus itself', { name: 'a_total', help: '', labels: ['__name__'] }],
    ['the label of buckets', { name: 'a_total', help: '', labels: ['le'] }],
    ['a label twice', { name: 'a_total', help: '', labels: ['x', 'x'] }],
    ['an open label that is none', { name: 'a_total', help: '', labels: ['x'], open: ['y'] }],
    ['room for no series', { name: 'a_total', help: '', maxSeries: 0 }],
  ])('refuses %s', (_, definition) => {
    expect(() => new Registry().counter(definition)).toThrow(invalid);
  });

  it('refuses a gauge in _total, a name that is taken, and no seats', () => {
    const registry = new Registry();
    registry.gauge({ name: 'taken', help: '' });

    expect(() => registry.gauge({ name: 'a_total', help: '' })).toThrow(invalid);
    expect(() => registry.histogram({ name: 'taken', help: '', buckets: [1] })).toThrow(invalid);
    expect(() => registry.frequent({ name: 'a_total', help: '', label: 'x', seats: 0 })).toThrow(invalid);
  });

  it('gives one series for the same labels, whatever their order', () => {
    const counter = new Registry().counter({ name: 'a_total', help: '', labels: ['x', 'y'] });

    expect(counter.with({ x: '1', y: '2' })).toBe(counter.with({ y: '2', x: '1' }));
  });

  it('runs collectors before it is read, until they are disposed', async () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'g', help: '' });
    let runs = 0;
    const collecting = registry.onCollect(() => gauge.with().set(++runs));

    const texts = [await textOf(registry), await textOf(registry)];
    collecting[Symbol.dispose]();
    texts.push(await textOf(registry));

    expect(texts.map((text) => text.split('\n').at(-2))).toEqual(['g 1', 'g 2', 'g 2']);
  });

  it('shows the rest when a collector fails, and tells of it', async () => {
    const errors: unknown[] = [];
    const registry = new Registry({ onError: (error) => errors.push(error) });
    const fault = new Error('down');
    registry.onCollect(() => {
      throw fault;
    });
    registry.onCollect(async () => registry.gauge({ name: 'g', help: 'g' }).with().set(1));

    expect(await textOf(registry)).toContain('g 1\n');
    expect(errors).toEqual([fault]);
  });

  it('does not wait for a collector that never ends', async () => {
    const registry = new Registry({ collectTimeoutMs: 5 });
    registry.onCollect(() => new Promise(() => undefined));
    registry.gauge({ name: 'g', help: 'g' }).with().set(1);

    expect(await textOf(registry)).toContain('g 1\n');
  });
});
