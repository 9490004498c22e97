/** A cell as RFC 4180 has it: quoted text is never null. */
export interface ParsedCell {
  readonly text: string;
  readonly isQuoted: boolean;
}

/**
 * A strict reader of CSV: throws on a quote in the middle of an unquoted value, text after a closing quote, a value that
 * does not end, and lines of different length.
 */
export function parseCsv(input: string, delimiter = ',', quote = '"'): ParsedCell[][] {
  const lines: ParsedCell[][] = [];
  let cells: ParsedCell[] = [];
  let at = 0;
  while (at < input.length || cells.length > 0) {
    const isQuoted = input[at] === quote;
    const end = isQuoted ? closingQuote(input, at, quote) + 1 : unquotedEnd(input, at, delimiter);
    const raw = input.slice(at, end);
    if (!isQuoted && raw.includes(quote)) throw new Error(`a quote in the unquoted value ${raw}`);
    cells.push({ isQuoted, text: isQuoted ? raw.slice(1, -1).replaceAll(quote + quote, quote) : raw });
    at = end;
    if (input[at] === delimiter) {
      at++;
      if (at < input.length) continue;
      cells.push({ isQuoted: false, text: '' });
    }
    if (input.startsWith('\r\n', at)) at += 2;
    else if (input[at] === '\n') at += 1;
    else if (at < input.length) throw new Error(`text after a closing quote at ${at}`);
    lines.push(cells);
    cells = [];
  }
  if (lines.some((line) => line.length !== lines[0]?.length)) throw new Error('lines of different length');
  return lines;
}

function closingQuote(input: string, open: number, quote: string): number {
  for (let at = open + 1; at < input.length; at++) {
    if (input[at] !== quote) continue;
    if (input[at + 1] !== quote) return at;
    at++;
  }
  throw new Error('a quoted value does not end');
}

function unquotedEnd(input: string, from: number, delimiter: string): number {
  let at = from;
  while (at < input.length && input[at] !== delimiter && input[at] !== '\n' && input[at] !== '\r') at++;
  return at;
}
