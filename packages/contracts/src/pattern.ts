import { QUERY_LIMITS } from './query-limits.ts';

/**
 * Says why `pattern` is not in the regular language that RE2, POSIX and JavaScript read alike, or undefined when it is.
 * Allowed: literals, `.`, `[…]` with ranges, `^ $ | ( )`, `* + ?`, `{n}`, `{n,}`, `{n,m}` up to 255, and `\` before a sign of syntax.
 * Nested `{…}` may repeat at most 1,000 times in all, RE2's limit.
 * Not allowed, as engines differ: `\d` and other letter escapes, named classes, lazy or stacked quantifiers, groups with `(?`.
 */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length === 0) return 'a pattern must not be empty';
  if (pattern.length > QUERY_LIMITS.patternLength)
    return `a pattern is at most ${QUERY_LIMITS.patternLength} units long`;
  if (pattern.includes('\0') || !pattern.isWellFormed())
    return 'a pattern must be well-formed text without U+0000';
  return new PatternReader(pattern).fault();
}

const MOST_REPEATS = 1_000;
const SYNTAX = new Set('^$\\.*+?()[]{}|');

class PatternReader {
  readonly #text: string;
  #at = 0;
  /** For each open group and the whole, the most repetitions of anything in it so far. */
  readonly #repeats: number[] = [1];
  /** Repetitions inside the last atom, its own quantifier left out. */
  #atomRepeats = 1;
  /** Whether the last thing read can take a quantifier. */
  #atom = false;

  constructor(text: string) {
    this.#text = text;
  }

  fault(): string | undefined {
    while (this.#at < this.#text.length) {
      const fault = this.#next();
      if (fault !== undefined) return `${fault} (at position ${this.#at})`;
    }
    return this.#repeats.length === 1 ? undefined : 'a group is not closed';
  }

  #next(): string | undefined {
    const sign = this.#text[this.#at] ?? '';
    switch (sign) {
      case '\\':
        return this.#escape(SYNTAX);
      case '[':
        return this.#bracket();
      case ']':
      case '}':
        return `${sign} must be written \\${sign}`;
      case '(':
        if (this.#text[this.#at + 1] === '?' || this.#text[this.#at + 1] === '*')
          return 'only plain groups are shared by all engines';
        this.#repeats.push(1);
        return this.#step(1, false);
      case ')':
        if (this.#repeats.length === 1) return 'a group is closed that was not opened';
        return this.#step(1, true, this.#repeats.pop());
      case '*':
      case '+':
      case '?':
        return this.#quantifier(1, 1);
      case '{': {
        const bounds = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(this.#text.slice(this.#at));
        if (bounds === null) return '{ must be written \\{ or give bounds';
        const [whole, least = '0', , most = least] = bounds;
        if (Number(most) > 255 || Number(least) > Number(most))
          return 'bounds go from 0 to 255, the lower first';
        return this.#quantifier(whole.length, Math.max(Number(least), Number(most)));
      }
      case '^':
      case '$':
      case '|':
        return this.#step(1, false);
      default:
        return this.#step(1, true);
    }
  }

  #step(length: number, atom: boolean, repeats: number = 1): undefined {
    this.#at += length;
    this.#atom = atom;
    this.#atomRepeats = repeats;
    const within = this.#repeats.pop() ?? 1;
    this.#repeats.push(Math.max(within, repeats));
  }

  #escape(allowed: ReadonlySet<string>): string | undefined {
    const escaped = this.#text[this.#at + 1];
    if (escaped === undefined || !allowed.has(escaped)) return 'only signs of syntax may be escaped';
    return this.#step(2, true);
  }

  #quantifier(length: number, times: number): string | undefined {
    if (!this.#atom) return 'a quantifier must follow what it repeats, once';
    const repeats = this.#atomRepeats * Math.max(1, times);
    if (repeats > MOST_REPEATS) return `repetitions in each other may reach ${MOST_REPEATS} in all`;
    return this.#step(length, false, repeats);
  }

  #bracket(): string | undefined {
    this.#at += this.#text[this.#at + 1] === '^' ? 2 : 1;
    let members = 0;
    for (;;) {
      const sign = this.#text[this.#at];
      if (sign === undefined) return 'a bracket is not closed';
      if (sign === ']') return members === 0 ? 'a bracket must not be empty' : this.#step(1, true);
      if (sign === '[' || sign === '&' || sign === '~')
        return `${sign} in a bracket is read differently by engines`;
      const fault = this.#member();
      if (fault !== undefined) return fault;
      members++;
    }
  }

  /** One member of a bracket: a sign or a range of two. */
  #member(): string | undefined {
    if (this.#text[this.#at] === '-') return 'a - in a bracket must be written \\-';
    const low = this.#memberSign();
    if (low === undefined) return 'only signs of syntax and - may be escaped in a bracket';
    if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return undefined;
    this.#at++;
    if (['-', '[', '&', '~'].includes(this.#text[this.#at] ?? ''))
      return 'a range must end in a sign that all engines read alike';
    const high = this.#memberSign();
    if (high === undefined || (high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0))
      return 'a range goes from the lower sign to the higher';
    return undefined;
  }

  #memberSign(): string | undefined {
    const sign = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    if (sign !== '\\') {
      this.#at += sign.length;
      return sign;
    }
    const escaped = this.#text[this.#at + 1];
    if (escaped === undefined || !(SYNTAX.has(escaped) || escaped === '-')) return undefined;
    this.#at += 2;
    return escaped;
  }
}
