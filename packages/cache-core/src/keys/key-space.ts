import { createHash } from 'node:crypto';
import { PerfError } from '@perf/contracts';

/** The names between braces in a template. */
export type TemplateParts<T extends string> = T extends `${string}{${infer Part}}${infer Rest}`
  ? Part | TemplateParts<Rest>
  : never;

/** A part of a key: as text; what is long becomes a short id. */
export type KeyPart = string | number | bigint | boolean;

/** How keys are made. */
export interface KeySpaceOptions<Templates extends Readonly<Record<string, string>>> {
  /** First part of every key, so that environments on one server never meet: letters, digits, dots, dashes, underscores. */
  readonly environment: string;
  /** Name and template of each kind of key, as `facts:{entity}:{version}`; parts are separated by colons. */
  readonly templates: Templates;
  /** Longest part that is used as it is; a longer one is replaced by an id of 16 characters. @default 32 */
  readonly maxPartLength?: number;
}

/**
 * The key templates of the founding design: facts and statements of an entity, time series, query results and sessions, each
 * hierarchical, so that a prefix is a family.
 */
export const KEY_TEMPLATES = {
  facts: 'facts:{entity}:{dataHash}:{version}',
  statement: 'stmt:{entity}:{kind}:{periods}:{annual}:{hash}',
  timeSeries: 'ts:{entity}:{metricsHash}:{periods}:{freq}',
  query: 'query:{entity}:{queryHash}:{limit}:{offset}',
  session: 'session:{user}:{session}',
} as const;

/**
 * Makes keys from templates and prefixes of families of keys. No part can reach into another one: whatever is not a letter, a
 * digit, a dot, a dash or an underscore is escaped, and what is long is hashed.
 *
 * @example
 * const keys = keySpace({ environment: 'production', templates: { facts: 'facts:{entity}:{version}' } });
 * await cache.set(keys.key('facts', { entity: 'SFO', version: 3 }), facts);
 * await cache.invalidatePrefix(keys.prefix('facts', { entity: 'SFO' }));
 */
export function keySpace<const Templates extends Readonly<Record<string, string>>>(
  options: KeySpaceOptions<Templates>,
): KeySpace<Templates> {
  return new KeySpace(options);
}

/** See `keySpace`. */
export class KeySpace<const Templates extends Readonly<Record<string, string>>> {
  readonly environment: string;
  readonly #templates: ReadonlyMap<string, readonly Step[]>;
  readonly #maxPartLength: number;

  constructor({ environment, templates, maxPartLength = 32 }: KeySpaceOptions<Templates>) {
    if (!/^[\w.-]{1,32}$/.test(environment))
      throw invalid('environment must be 1 to 32 letters, digits, dots, dashes or underscores');
    if (!Number.isInteger(maxPartLength) || maxPartLength < 16)
      throw invalid(`maxPartLength must be a whole number of at least 16, got ${maxPartLength}`);
    this.environment = environment;
    this.#templates = new Map(Object.entries(templates).map(([name, text]) => [name, stepsOf(name, text)]));
    this.#maxPartLength = maxPartLength;
  }

  /** The key of a kind. Every part of its template must be given. */
  key<Name extends keyof Templates & string>(
    name: Name,
    parts: Readonly<Record<TemplateParts<Templates[Name]>, KeyPart>>,
  ): string {
    const texts = this.#texts(name, parts);
    const missing = texts.findIndex((text) => text === undefined);
    if (missing >= 0)
      throw invalid(`the key ${name} lacks its part ${this.#steps(name)[missing]?.text ?? ''}`);
    return [this.environment, ...texts].join(':');
  }

  /**
   * What all keys begin with that share the given parts, for `invalidatePrefix`: the parts must be the first ones of the
   * template. Ends with a colon, so `1` never takes `12` with it.
   */
  prefix<Name extends keyof Templates & string>(
    name: Name,
    parts?: Readonly<Partial<Record<TemplateParts<Templates[Name]>, KeyPart>>>,
  ): string {
    const texts = this.#texts(name, parts ?? {});
    const end = texts.findIndex((text) => text === undefined);
    if (end < 0) throw invalid(`a prefix of ${name} leaves out at least its last part; this is a whole key`);
    if (
      texts
        .slice(end)
        .some((text, i) => text !== undefined && !(this.#steps(name)[end + i]?.isFixed ?? false))
    )
      throw invalid(`a prefix of ${name} needs ${this.#steps(name)[end]?.text ?? ''} before what follows it`);
    return `${[this.environment, ...texts.slice(0, end)].join(':')}:`;
  }

  #texts(name: string, parts: Readonly<Record<string, KeyPart | undefined>>): (string | undefined)[] {
    return this.#steps(name).map(({ text, isFixed }) => {
      if (isFixed) return text;
      const part = Object.hasOwn(parts, text) ? parts[text] : undefined;
      return part === undefined ? undefined : this.#text(part);
    });
  }

  #text(part: KeyPart): string {
    const text = String(part);
    if (!text.isWellFormed()) throw invalid('a part of a key holds half a character (a lone surrogate)');
    const escaped = text.replaceAll(/[^\w.-]/gu, escape);
    // An id begins with a character that no escaped part has, so none can pass for one.
    return escaped.length <= this.#maxPartLength ? escaped : `~${shortId(text)}`;
  }

  #steps(name: string): readonly Step[] {
    const steps = this.#templates.get(name);
    if (steps === undefined) throw invalid(`there is no template ${name}`);
    return steps;
  }
}

/** 15 characters that stand for a text: 90 bits of its SHA-256. */
function shortId(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 15);
}

/** One part of a template: a fixed word, or the name of what is put in its place. */
interface Step {
  readonly text: string;
  readonly isFixed: boolean;
}

function stepsOf(name: string, template: string): readonly Step[] {
  return template.split(':').map((part) => {
    const match = /^\{(\w+)\}$/.exec(part);
    if (match?.[1] !== undefined) return { text: match[1], isFixed: false };
    if (!/^[\w.-]+$/.test(part))
      throw invalid(`the template ${name} has the part ${part}: a part is a word or a name in braces`);
    return { text: part, isFixed: true };
  });
}

/** The UTF-8 bytes of a character in hexadecimal. */
function escape(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
