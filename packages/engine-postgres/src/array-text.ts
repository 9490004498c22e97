/** An array as text and null, lists in lists as deep as it has dimensions. */
export type ArrayText = readonly (string | null | ArrayText)[];

/**
 * Reads an array in the server's text form, as in `{1,NULL,"a \"b\""}`; bounds before it, as in `[0:1]={…}`, are not kept.
 * Undefined for what is none.
 */
export function parseArray(text: string, delimiter = ','): ArrayText | undefined {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  if (text[start] !== '{') return undefined;
  const root: (string | null | ArrayText)[] = [];
  const stack = [root];
  let at = start + 1;
  while (stack.length > 0) {
    const list = stack.at(-1);
    const sign = text[at];
    if (list === undefined || sign === undefined) return undefined;
    if (sign === '{') {
      const inner: (string | null | ArrayText)[] = [];
      list.push(inner);
      stack.push(inner);
      at++;
    } else if (sign === '}') {
      stack.pop();
      at++;
    } else if (sign === delimiter) {
      at++;
    } else if (sign === '"') {
      const end = closingQuote(text, at + 1);
      if (end === -1) return undefined;
      list.push(text.slice(at + 1, end).replaceAll(/\\(.)/gs, '$1'));
      at = end + 1;
    } else {
      const end = endOfBare(text, at, delimiter);
      const bare = text.slice(at, end);
      list.push(bare === 'NULL' ? null : bare);
      at = end;
    }
  }
  return at === text.length ? root : undefined;
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function endOfBare(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '}') at++;
  return at;
}
