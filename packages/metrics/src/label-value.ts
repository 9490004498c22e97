/** The value that stands for all values that are not kept apart. */
export const OTHER = 'other';

/** Longest value of a label, in UTF-16 units. A longer one is no name of anything. */
const MOST_CHARACTERS = 128;

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The beginning of a statement, and SQL inside of other text. */
const SQL =
  /^\s*(?:select\s+\S|insert\s+into|update\s+\S+\s+set|delete\s+from|with\s+\S+\s+as|(?:create|drop|alter|truncate)\s+(?:table|index|view|database|schema|user)|explain\s)|\bselect\s.+\sfrom\s|\bunion\s+(?:all\s+)?select\b|;\s*--/i;

/** Tokens, keys, passwords and addresses of people: JSON web tokens, long runs of hex or base64, `password=…`, `a@b.c`. */
const SECRET =
  /\beyJ[\w-]{8,}\.|\bbearer\s|(?:password|passwd|secret|token|api_?key)\s*[=:]|[0-9a-f]{32,}|[A-Za-z0-9+]{40,}|[^\s/@]+@[^\s/@]+\.[a-z]{2,}|:\/\/[^/\s]*:[^/\s]*@/i;

/**
 * The value as a label may carry it: itself, or `other` when it is empty, longer than 128 characters, holds control characters,
 * or looks like SQL, a token or an address. A net under the rule that labels come from bounded sets, not a proof.
 */
export function cleanLabelValue(value: string): string {
  if (value === '' || value.length > MOST_CHARACTERS || !value.isWellFormed()) return OTHER;
  return CONTROL.test(value) || SQL.test(value) || SECRET.test(value) ? OTHER : value;
}

/** The labels of one series. */
export interface SeriesLabels {
  readonly values: Readonly<Record<string, string>>;
  /** As both text formats print them, without braces: `method="GET",status="200"`. */
  readonly text: string;
}

/** Labels by their names and values, in order. */
export function seriesLabels(names: readonly string[], values: readonly string[]): SeriesLabels {
  const pairs = names.map((name, i): [string, string] => [name, values[i] ?? '']);
  return {
    values: Object.fromEntries(pairs),
    text: pairs.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(','),
  };
}

function escapeLabelValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
