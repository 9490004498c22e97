import { createHash } from 'node:crypto';
import { PerfError } from '@perf/contracts';

/** Longest key that is used as it is. */
export const MOST_PLAIN = 128;
/** Characters of a longer one that stay readable, so that prefixes of up to this length still find it. */
const HEAD = 100;

/**
 * What a key is called everywhere, memory included: itself, or the first 100 characters and the SHA-256 of one above 128, which is
 * longer than any plain one. Throws for text with half a character (a lone surrogate): two such would be one in the tiers.
 */
export function shortened(key: string): string {
  if (!key.isWellFormed())
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'a key holds half a character (a lone surrogate)');
  if (key.length <= MOST_PLAIN) return key;
  const hash = createHash('sha256').update(key).digest('base64url');
  return `${key.slice(0, HEAD).toWellFormed()}~${hash}`;
}

/** What keys, tags and the namespace of one cache are called in its tiers. */
export class Names {
  /** What every key's name begins with. */
  readonly prefix: string;
  /** The counter over everything. */
  readonly root: string;
  readonly #tags: string;

  constructor(namespace: string) {
    this.prefix = namespace === '' ? '' : `${namespace}:`;
    this.root = `e:${namespace}`;
    this.#tags = `t:${namespace}:`;
  }

  /** The name of a key that was `shortened`. */
  ofKey(key: string): string {
    return this.prefix + key;
  }

  /** The name of a prefix of keys. */
  ofPrefix(prefix: string): string {
    if (prefix.length > HEAD || !prefix.isWellFormed())
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a prefix of keys must be well-formed text of at most ${HEAD} characters, got ${prefix.length}`,
      );
    return this.prefix + prefix;
  }

  /** The name of the counter of a tag; of the root for undefined. */
  ofTag(tag: string | undefined): string {
    return tag === undefined ? this.root : this.#tags + tag;
  }

  /** What a key's or a prefix's name says after the namespace; undefined for names of other caches. */
  keyOf(name: string): string | undefined {
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : undefined;
  }

  /** The tag of a counter's name: `{ tag: undefined }` is the root. Undefined for names of other caches. */
  tagOf(name: string): { readonly tag: string | undefined } | undefined {
    if (name === this.root) return { tag: undefined };
    return name.startsWith(this.#tags) ? { tag: name.slice(this.#tags.length) } : undefined;
  }
}
