import { QUERY_LIMITS, patternFault } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('patternFault', () => {
  it.each([
    'abc',
    '^a.c$',
    '[a-z0-9_]+',
    '[^,]*',
    '(a|b)?c{2}d{1,}e{0,255}',
    '\\.\\*\\[\\]\\{\\}\\(\\)\\^\\$\\|\\\\\\?\\+',
    '[\\]\\-\\^a]',
    '[!-/]',
    '[😀-😎]{2}',
    'a||b',
    '()',
    '(a{30}){33}',
    '(ab)+c',
    '(a{3})*',
    '(a+|b)?',
    '[a^$.*]',
    '-',
    ',',
    '#',
  ])('accepts %s, as JavaScript does', (pattern) => {
    expect(patternFault(pattern)).toBeUndefined();
    expect(() => new RegExp(pattern, 'su')).not.toThrow();
  });

  it.each([
    '',
    'a\0',
    '\ud800',
    'x'.repeat(QUERY_LIMITS.patternLength + 1),
    '\\d',
    '\\b',
    '\\1',
    '\\a',
    '\\/',
    '\\',
    '(?:a)',
    '(?=a)',
    '(?i)a',
    '(*UTF)a',
    '(a',
    'a)',
    ')(',
    '*a',
    '^*',
    'a|+',
    '(+)',
    'a**',
    '(a*)*',
    '(a+b)+',
    '((a+)b){2}',
    '(a|b)*',
    '(a?){2}',
    '((a|b)c){3,}',
    'a+?',
    'a{2}{3}',
    'a{2}?',
    '{2}',
    'a{',
    'a{,2}',
    'a{2,1}',
    'a{256}',
    'a{1,256}',
    'a{1000}',
    '(a{31}){33}',
    '((a{10}){10}){11}',
    'a]',
    'a}',
    '[',
    '[]',
    '[^]',
    '[]a]',
    '[a',
    '[[:alpha:]]',
    '[a[b]',
    '[a&&b]',
    '[a~b]',
    '[a-]',
    '[-a]',
    '[--a]',
    '[+--]',
    '[a-b-c]',
    '[z-a]',
    '[a-[]',
    '[\\d]',
    '[a-\\d]',
  ])('refuses %j', (pattern) => {
    expect(patternFault(pattern)).toBeTypeOf('string');
  });

  it('accepts only what JavaScript compiles', () => {
    const signs = Array.from('ab0-,^$.|()[]{}*+?\\&~:é😀');
    const sign = fc.constantFrom(...signs, '{2}', '{1,3}', '[a-c]', '(a)');
    const pattern = fc.array(sign, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
    const compiles = (text: string): boolean => {
      try {
        return new RegExp(text, 'su').test('') || true;
      } catch {
        return false; // The property says which pattern it was.
      }
    };

    fc.assert(
      fc.property(pattern, (text) => {
        expect(patternFault(text) !== undefined || compiles(text)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('names the position', () => {
    expect(patternFault('ab\\d')).toBe('only signs of syntax may be escaped (at position 2)');
  });
});
