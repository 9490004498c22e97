import type { Cursor } from './cursor.ts';
import { unreadable } from './unreadable.ts';

/** Words that go on after a first one. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  double: ['precision'],
  character: ['varying'],
  timestamp: ['with', 'without', 'time', 'zone'],
};

/** The name of a type in lower case, as `numeric(10, 2)`. */
export function readType(cursor: Cursor): string {
  const first = cursor.next();
  if (first.kind !== 'word') return unreadable('a type was expected');
  let text = first.text;
  for (const word of FURTHER[first.text] ?? []) if (cursor.take(word)) text += ` ${word}`;
  if (cursor.take('(')) {
    const sizes = cursor.list(() => {
      const size = cursor.next();
      return size.kind === 'number' ? size.text : unreadable('a type has a size that is no number');
    });
    cursor.must(')');
    text += `(${sizes.join(', ')})`;
  }
  if (cursor.take('integer') || cursor.take('unsigned') || cursor.is('['))
    unreadable('a type is not understood');
  return text;
}
