import { KEY_TEMPLATES, keySpace } from '@perf/cache-core';
import { hostileStrings } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const keys = keySpace({ environment: 'production', templates: KEY_TEMPLATES });

describe('key', () => {
  it('fills a template under its environment', () => {
    expect(keys.key('facts', { entity: 'SFO', dataHash: 'ab12', version: 3 })).toBe(
      'production:facts:SFO:ab12:3',
    );
  });

  it('gives different parts different keys, whatever is in them', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...hostileStrings));
    const property = (): void =>
      fc.assert(
        fc.property(part, part, part, part, (user, session, otherUser, otherSession) => {
          const same = user === otherUser && session === otherSession;
          const [one, other] = [
            keys.key('session', { user, session }),
            keys.key('session', { user: otherUser, session: otherSession }),
          ];
          return (one === other) === same && /^production:session:[^:]*:[^:]*$/.test(one);
        }),
      );

    expect(property).not.toThrow();
  });

  it('replaces a long part by a short id', () => {
    const key = keys.key('session', { user: 'u'.repeat(5000), session: 's' });

    expect(key).toMatch(/^production:session:~[\w-]{15}:s$/);
  });

  it('names the part that is missing', () => {
    // @ts-expect-error -- the types ask for every part
    expect(() => keys.key('session', { user: 'a' })).toThrow('the key session lacks its part session');
  });

  it('does not take a part from the prototype', () => {
    const odd = keySpace({ environment: 'test', templates: { odd: 'odd:{constructor}' } });

    // @ts-expect-error -- the types ask for every part
    expect(() => odd.key('odd', {})).toThrow('lacks its part constructor');
  });
});

describe('prefix', () => {
  it('begins every key of the family, and none of another one', () => {
    const prefix = keys.prefix('facts', { entity: 'A1' });

    expect(prefix).toBe('production:facts:A1:');
    expect(keys.key('facts', { entity: 'A1', dataHash: 'x', version: 1 }).startsWith(prefix)).toBe(true);
    expect(keys.key('facts', { entity: 'A12', dataHash: 'x', version: 1 }).startsWith(prefix)).toBe(false);
  });

  it('takes the whole kind without parts', () => {
    expect(keys.prefix('query')).toBe('production:query:');
  });

  it('refuses parts after a gap, and a whole key', () => {
    expect(() => keys.prefix('facts', { version: 3 })).toThrow('needs entity before what follows it');
    expect(() => keys.prefix('session', { user: 'a', session: 'b' })).toThrow('this is a whole key');
  });
});

it.each([
  () => keySpace({ environment: 'a:b', templates: {} }),
  () => keySpace({ environment: '', templates: {} }),
  () => keySpace({ environment: 'test', templates: { a: 'a:{b' } }),
  () => keySpace({ environment: 'test', templates: { a: 'a::{b}' } }),
  () => keySpace({ environment: 'test', templates: {}, maxPartLength: 3 }),
])('refuses %s', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
});
