import { PerfError } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { errorText, isBrokenPipe, isUsageError } from '../src/terminal/error-text.ts';
import { ProgressLine } from '../src/terminal/progress-line.ts';
import { readSwitches } from '../src/terminal/switches.ts';
import { ms, textTable, whole } from '../src/terminal/table.ts';

describe('textTable', () => {
  it('makes columns as wide as their longest cell, with numbers to the right', () => {
    const text = textTable([
      ['airport', 'ms'],
      ['Zürich', '1.5'],
      ['X', '100'],
    ]);

    expect(text).toBe('airport   ms\n───────  ───\nZürich   1.5\nX        100');
  });

  it('takes rows that are too short, and a heading alone', () => {
    expect(textTable([['a', 'b'], ['x']])).toBe('a  b\n─  ─\nx');
    expect(textTable([['a']])).toBe('a\n─');
  });
});

describe('numbers', () => {
  it.each([
    [0.1234, '0.123'],
    [1.25, '1.3'],
    [99.96, '100.0'],
    [1234.4, '1234'],
  ])('writes %d ms as %s', (time, expected) => {
    expect(ms(time)).toBe(expected);
  });

  it('writes whole numbers with separators', () => {
    expect(whole(3_000_000.4)).toBe('3,000,000');
  });
});

describe('ProgressLine', () => {
  function screen(isTTY: boolean, columns?: number) {
    const parts: string[] = [];
    return { isTTY, columns, parts, write: (text: string) => parts.push(text) };
  }

  it('writes one line over and over on a terminal, and ends it at 100 %', () => {
    const tty = screen(true);
    const line = new ProgressLine(tty);

    line.show('loading', 0.5);
    line.show('loading', 0.75, '9 rows');
    line.show('loading', 1);
    line.end();

    expect(tty.parts).toEqual([
      '\r\u001B[2Kloading [############............]  50 %',
      '\r\u001B[2Kloading [##################......]  75 % 9 rows',
      '\r\u001B[2Kloading [########################] 100 %\n',
    ]);
  });

  it('leaves an open line before another step and at the end', () => {
    const tty = screen(true);
    const line = new ProgressLine(tty);

    line.show('loading', 0.5);
    line.show('asking', 0.1);
    line.end();
    line.end();

    expect(tty.parts[1]?.startsWith('\n\r')).toBe(true);
    expect(tty.parts.slice(2)).toEqual(['\n']);
  });

  it.each([
    [20, 'loading [##########'],
    [0, 'loading [############............]  50 % many rows'],
  ])('cuts what a terminal of %d columns would wrap', (columns, expected) => {
    const tty = screen(true, columns);

    new ProgressLine(tty).show('loading', 0.5, 'many rows');

    expect(tty.parts[0]?.replace('\r\u001B[2K', '')).toBe(expected);
  });

  it('writes a line for each quarter where there is no terminal', () => {
    const file = screen(false);
    const line = new ProgressLine(file);

    for (let i = 1; i <= 100; i++) line.show('loading', i / 100);
    line.show('loading', 1);
    line.end();

    expect(file.parts.map((text) => /(\d+) %/.exec(text)?.[1])).toEqual(['25', '50', '75', '100']);
    expect(file.parts.every((text) => text.endsWith('\n') && !text.includes('\r'))).toBe(true);
  });

  it('takes shares outside of 0 and 1', () => {
    const file = screen(false);
    const line = new ProgressLine(file);

    line.show('loading', -1);
    line.show('loading', 7);

    expect(file.parts).toEqual(['loading [########################] 100 %\n']);
  });
});

describe('readSwitches', () => {
  const on = { cache: true, optimizer: true, parallel: true };

  it.each([
    [undefined, on, []],
    ['', on, []],
    ['all', { cache: false, optimizer: false, parallel: false }, []],
    [' cache , optimizer', { ...on, cache: false, optimizer: false }, []],
    ['parallel,speed', { ...on, parallel: false }, ['speed']],
  ])('reads %j', (text, switches, unknown) => {
    expect(readSwitches(text)).toEqual({ switches, unknown });
  });
});

describe('errorText', () => {
  it('tells code, message and cause', () => {
    const cause = new Error('ENOENT: no such file\nsecond line');

    expect(errorText(new PerfError('ERR_PERF_OPEN_FAILED', 'cannot read x', { cause }))).toBe(
      'ERR_PERF_OPEN_FAILED: cannot read x\n  because ENOENT: no such file',
    );
    expect(errorText(new PerfError('ERR_PERF_OPEN_FAILED', 'ENOENT: no such file: x', { cause }))).toBe(
      'ERR_PERF_OPEN_FAILED: ENOENT: no such file: x',
    );
  });

  it('does not tell the code of Node twice, and tells a fault of ours with its stack', () => {
    const node = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });

    expect(errorText(node)).toBe('EACCES: permission denied');
    expect(errorText(new TypeError('x is undefined'))).toContain('    at ');
    expect(errorText('a text')).toBe('a text');
  });
});

describe('errorText of hostile text', () => {
  it('leaves no sign that steers a terminal', () => {
    const text = errorText(new PerfError('ERR_PERF_OPEN_FAILED', 'cannot read \u001B[2Jx\u0000\r\u009B'));

    expect(text).toBe(String.raw`ERR_PERF_OPEN_FAILED: cannot read \u001b[2Jx\u0000\u000d\u009b`);
  });
});

describe('kinds of errors', () => {
  it('knows wrong arguments and broken pipes, also as causes', () => {
    const pipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const args = Object.assign(new Error('x'), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' });

    expect(isBrokenPipe(new PerfError('ERR_PERF_SINK_FAILED', 'x', { cause: pipe }))).toBe(true);
    expect(isBrokenPipe(args)).toBe(false);
    expect(isUsageError(args)).toBe(true);
    expect(isUsageError(new PerfError('ERR_PERF_INVALID_OPTION', 'x'))).toBe(true);
    expect(isUsageError(pipe)).toBe(false);
    expect(isUsageError(undefined)).toBe(false);
  });
});
