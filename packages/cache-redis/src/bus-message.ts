import type { Invalidation } from '@perf/contracts';
import { escapeKey, unescapeKey } from './key-names.ts';

/**
 * Messages of the bus are one line: `P1`, a letter for the kind, the publisher (11 characters), its sequence number in base 36, `:`,
 * and what it is about. Texts are escaped as in keys. A landing has no publisher: losing one costs a waiter some time, no truth.
 */
export type BusMessage =
  | {
      readonly kind: 'invalidation';
      readonly publisher: string;
      readonly sequence: number;
      readonly invalidation: Invalidation;
    }
  | { readonly kind: 'beat'; readonly publisher: string; readonly sequence: number; readonly beat: number }
  | { readonly kind: 'landed'; readonly key: string };

const VERSION = 'P1';
/** Length of a publisher's name. */
const PUBLISHER_LENGTH = 11;
const SEQUENCE_START = VERSION.length + 1 + PUBLISHER_LENGTH;
const PUBLISHER = /^[\w-]{11}$/;
const SEQUENCE = /^[0-9a-z]{1,11}$/;
const NUMBER = /^\d{1,16}$/;

/** What a message of the bus begins with: who published it, and its number. */
export function stampOf(publisher: string, sequence: number): string {
  return `${publisher}${sequence.toString(36)}:`;
}

export function keyMessage(stamp: string, key: string): string {
  return `${VERSION}k${stamp}${escapeKey(key)}`;
}

export function prefixMessage(stamp: string, prefix: string): string {
  return `${VERSION}p${stamp}${escapeKey(prefix)}`;
}

/** The two parts between which a script puts the number. */
export function counterMessage(stamp: string, name: string): [before: string, after: string] {
  return [`${VERSION}c${stamp}`, `:${escapeKey(name)}`];
}

export function beatMessage(stamp: string, beat: number): string {
  return `${VERSION}b${stamp}${beat}`;
}

export function landedMessage(key: string): string {
  return `${VERSION}l${escapeKey(key)}`;
}

/** The message in `text`, or undefined when it is none. */
export function parseMessage(text: string): BusMessage | undefined {
  if (!text.startsWith(VERSION)) return undefined;
  const letter = text.charAt(VERSION.length);
  if (letter === 'l') return landedFrom(text);
  const end = text.indexOf(':', SEQUENCE_START);
  if (end < 0) return undefined;
  const publisher = text.slice(VERSION.length + 1, SEQUENCE_START);
  const digits = text.slice(SEQUENCE_START, end);
  const rest = text.slice(end + 1);
  if (!PUBLISHER.test(publisher) || !SEQUENCE.test(digits) || rest === '') return undefined;
  const sequence = Number.parseInt(digits, 36);
  if (!Number.isSafeInteger(sequence)) return undefined;
  if (letter === 'b')
    return NUMBER.test(rest) ? { kind: 'beat', publisher, sequence, beat: Number(rest) } : undefined;
  const invalidation = invalidationFrom(letter, rest);
  return invalidation === undefined ? undefined : { kind: 'invalidation', publisher, sequence, invalidation };
}

function landedFrom(text: string): BusMessage | undefined {
  const key = text.slice(VERSION.length + 1);
  return key === '' ? undefined : { kind: 'landed', key: unescapeKey(key) };
}

function invalidationFrom(letter: string, rest: string): Invalidation | undefined {
  if (letter === 'k') return { kind: 'key', key: unescapeKey(rest) };
  if (letter === 'p') return { kind: 'prefix', prefix: unescapeKey(rest) };
  if (letter !== 'c') return undefined;
  const end = rest.indexOf(':');
  const number = rest.slice(0, end);
  const generation = Number(number);
  if (end < 0 || end === rest.length - 1 || !NUMBER.test(number) || !Number.isSafeInteger(generation))
    return undefined;
  return { kind: 'counter', name: unescapeKey(rest.slice(end + 1)), generation };
}
