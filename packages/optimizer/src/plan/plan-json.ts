import { checkJsonSize } from './json-value.ts';

/**
 * The JSON in a text, whatever stands around it: nothing, the frame of psql (a heading, `+` at the end of each line, a count
 * of rows), the box of the MariaDB shell, or the beginning of a line of a log. Undefined when there is none.
 */
export function jsonIn(text: string): unknown {
  for (const part of candidates(text)) {
    const json = parsed(part);
    if (json === undefined) continue;
    checkJsonSize(json);
    return json;
  }
  return undefined;
}

/** Parts of a text that may be JSON, the likely ones first. */
function* candidates(text: string): Generator<string> {
  yield text;
  if (!/[[{]/.test(text)) return;
  for (const unframed of [text, withoutPlus(text), text.replaceAll('\\n', '\n'), mended(text)]) {
    yield between(unframed, '{', '}');
    yield between(unframed, '[', ']');
  }
}

function between(text: string, open: string, close: string): string {
  const begin = text.indexOf(open);
  return begin < 0 ? '' : text.slice(begin, text.lastIndexOf(close) + 1);
}

/** Lines as psql wraps them, without the sign that says that the cell goes on. */
function withoutPlus(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const cell = line.trimEnd();
      return cell.endsWith('+') ? cell.slice(0, -1) : cell;
    })
    .join('\n');
}

/** MariaDB 10 writes a member a line, and escapes neither quotes nor tabs nor backslashes in its text. */
function mended(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const member = /^(\s*"[^"]*": )"(.*)"(,?)$/.exec(line.trimEnd());
      return member === null ? line : `${member[1]}${JSON.stringify(member[2])}${member[3]}`;
    })
    .join('\n');
}

/** Undefined for what is no JSON, and for a single value. */
function parsed(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return (typeof json === 'object' && json !== null) || typeof json === 'string' ? json : undefined;
  } catch {
    // Not JSON: another part of the text may be.
    return undefined;
  }
}
