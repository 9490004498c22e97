import { PerfError } from '@perf/contracts';

/** A cache smaller than this says more of chance than of its policy. */
const LEAST_ENTRIES = 16;
/** As many as a memory store takes. */
const MOST_ENTRIES = 2 ** 24 - 1;

/** A size as it was asked for: `text` names it, `entriesFor` tells it in entries for a trace of so many keys. */
export interface CacheSize {
  readonly text: string;
  readonly entriesFor: (keys: number) => number;
}

/** Reads sizes such as `500` or `5%` of a trace's keys, at least 16 entries; a comma between. */
export function parseSizes(text: string): CacheSize[] {
  return text.split(',').map((one) => parseSize(one.trim()));
}

function parseSize(text: string): CacheSize {
  const [, digits = '', percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  const isPercent = percent === '%';
  if (!(number > 0) || (isPercent ? number > 100 : !Number.isInteger(number) || number > MOST_ENTRIES))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `a size must be entries or a share of the keys such as 500 or 5%, got ${JSON.stringify(text)}`,
    );
  if (!isPercent) return { text, entriesFor: () => number };
  return {
    text,
    entriesFor: (keys) => Math.min(MOST_ENTRIES, Math.max(LEAST_ENTRIES, Math.round((keys * number) / 100))),
  };
}
