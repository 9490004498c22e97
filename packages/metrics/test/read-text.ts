import { expose, type ExpositionFormat, type Registry } from '@perf/metrics';

/** The whole exposition. */
export async function textOf(registry: Registry, format?: ExpositionFormat): Promise<string> {
  return (await Array.fromAsync(expose(registry, format))).join('');
}

/**
 * The samples of an exposition by name and sorted labels, read by the grammar of the format and not by our printer.
 * Throws on a line that is no sample, a sample that comes twice, and a value that is no number.
 */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(
      line,
    );
    if (match === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = match;
    const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/g)].map(
      ([, label = '', text_ = '']) => [label, unescape(text_)],
    );
    const key = JSON.stringify([name, pairs.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
    if (samples.has(key)) throw new Error(`twice: ${line}`);
    const number = Number(value);
    if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
    samples.set(key, number);
  }
  return samples;
}

function unescape(value: string): string {
  return value.replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
