import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Histogram, HistogramSeries } from './histogram.ts';
import type { Metric, Registry } from './registry.ts';

/** The text formats of a scrape. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

/** The `Content-Type` of each format: Prometheus text 0.0.4 and OpenMetrics 1.0. */
export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Characters made before the event loop is given back: well under a millisecond of work. */
const CHUNK_CHARACTERS = 32 * 1024;

/**
 * The metrics as text, in chunks of about 32 KB with the event loop given back after each, so that a scrape of many megabytes
 * holds nobody up. Collectors run first. Each series is read at one instant, different ones at different instants; a metric
 * without series is left out.
 *
 * @example
 * for await (const chunk of expose(registry)) process.stdout.write(chunk);
 */
export async function* expose(
  registry: Registry,
  format: ExpositionFormat = 'prometheus',
): AsyncGenerator<string, void, undefined> {
  await registry.collect();
  let text = '';
  for (const metric of registry.metrics()) {
    for (const part of printMetric(metric, format)) {
      text += part;
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
      await nextTurn();
    }
  }
  yield format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function* printMetric(metric: Metric, format: ExpositionFormat): Generator<string> {
  let head = headOf(metric, format);
  const bucketHeads = metric.type === 'histogram' ? bucketHeadsOf(metric, format) : [];
  for (const series of metric.series()) {
    const labelText = series.labels.text;
    if ('counts' in series) yield head + printHistogram(metric.name, bucketHeads, series);
    else yield `${head}${metric.name}${labelText === '' ? '' : `{${labelText}}`} ${series.value}\n`;
    head = '';
  }
}

function headOf({ name, type, help }: Metric, format: ExpositionFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (format === 'prometheus') return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
  const family = type === 'counter' ? name.slice(0, -'_total'.length) : name;
  return `# HELP ${family} ${escaped.replaceAll('"', '\\"')}\n# TYPE ${family} ${type}\n`;
}

/** The end of a bucket's labels, one per bound. OpenMetrics writes bounds as floating-point numbers: `1.0`. */
function bucketHeadsOf(histogram: Histogram, format: ExpositionFormat): string[] {
  const bounds = histogram.buckets.map((bound) => {
    const text = String(bound);
    return format === 'openmetrics' && /^-?\d+$/.test(text) ? `${text}.0` : text;
  });
  return [...bounds, '+Inf'].map((bound) => `le="${bound}"} `);
}

function printHistogram(name: string, bucketHeads: readonly string[], series: HistogramSeries): string {
  const { labels: given, counts, sum } = series;
  const labelText = given.text;
  const begin = `${name}_bucket{${labelText === '' ? '' : `${labelText},`}`;
  const labels = labelText === '' ? '' : `{${labelText}}`;
  let text = '';
  let count = 0;
  for (let i = 0; i < bucketHeads.length; i++) {
    count += counts[i] ?? 0;
    text += `${begin}${bucketHeads[i]}${count}\n`;
  }
  return `${text}${name}_sum${labels} ${sum}\n${name}_count${labels} ${count}\n`;
}
