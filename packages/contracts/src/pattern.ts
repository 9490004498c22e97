import { QUERY_LIMITS } from './query-limits.ts';

/**
 * Says why `pattern` is not in the regular language that RE2, POSIX and JavaScript read alike, or undefined when it is.
 * Allowed: literals, `.`, `[…]` with ranges, `^ $ | ( )`, `* + ?`, `{n}`, `{n,}`, `{n,m}` up to 255, and `\` before a sign of syntax.
 * Nested `{…}` may repeat at most 1,000 times in all, RE2's limit. A group that is repeated may hold no alternative and no
 * repetition of its own: an engine that tries ways one after another could take for ever.
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

/** A stretch of a pattern. */
interface Span {
  /** Most repetitions of anything in it. */
  readonly repeats: number;
  /** Whether it can match in several ways: it holds an alternative or a repetition of no fixed number. */
  readonly varies: boolean;
}

const SIGN: Span = { repeats: 1, varies: false };

class PatternReader {
  readonly #text: string;
  #at = 0;
  /** The whole and each open group. */
  readonly #open: Span[] = [SIGN];
  /** What is inside the last atom, its own quantifier left out. */
  #inside: Span = SIGN;
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
    return this.#open.length === 1 ? undefined : 'a group is not closed';
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
        this.#open.push(SIGN);
        return this.#step(1, false);
      case ')':
        if (this.#open.length === 1) return 'a group is closed that was not opened';
        return this.#step(1, true, this.#open.pop());
      case '*':
      case '+':
        return this.#quantifier(1, { least: 0, most: Infinity });
      case '?':
        return this.#quantifier(1, { least: 0, most: 1 });
      case '{': {
        const bounds = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(this.#text.slice(this.#at));
        if (bounds === null) return '{ must be written \\{ or give bounds';
        const [whole, low = '0', open, high] = bounds;
        const least = Number(low);
        const most = high === undefined ? (open === undefined ? least : Infinity) : Number(high);
        if (least > 255 || (most > 255 && most !== Infinity) || least > most)
          return 'bounds go from 0 to 255, the lower first';
        return this.#quantifier(whole.length, { least, most });
      }
      case '^':
      case '$':
        return this.#step(1, false);
      case '|':
        return this.#step(1, false, { repeats: 1, varies: true });
      default:
        return this.#step(1, true);
    }
  }

  #step(length: number, atom: boolean, inside: Span = SIGN): undefined {
    this.#at += length;
    this.#atom = atom;
    this.#inside = inside;
    const within = this.#open.pop() ?? SIGN;
    this.#open.push({
      repeats: Math.max(within.repeats, inside.repeats),
      varies: within.varies || inside.varies,
    });
  }

  #escape(allowed: ReadonlySet<string>): string | undefined {
    const escaped = this.#text[this.#at + 1];
    if (escaped === undefined || !allowed.has(escaped)) return 'only signs of syntax may be escaped';
    return this.#step(2, true);
  }

  #quantifier(length: number, { least, most }: { least: number; most: number }): string | undefined {
    if (!this.#atom) return 'a quantifier must follow what it repeats, once';
    if (most > 1 && this.#inside.varies)
      return 'a repeated group may hold no alternative and no repetition of its own';
    const times = most === Infinity ? Math.max(1, least) : Math.max(1, most);
    const repeats = this.#inside.repeats * times;
    if (repeats > MOST_REPEATS) return `repetitions in each other may reach ${MOST_REPEATS} in all`;
    return this.#step(length, false, { repeats, varies: this.#inside.varies || least !== most });
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
