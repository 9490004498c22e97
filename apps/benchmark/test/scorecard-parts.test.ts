import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenBounds } from '../src/scorecard/bounds.ts';
import { MUTANTS } from '../src/scorecard/nodes/mutants.ts';
import { RespFrames, isMessage } from '../src/scorecard/nodes/resp-frames.ts';
import { slopeOf } from '../src/soak/slope.ts';

const packages = join(import.meta.dirname, '../../../packages');

describe('MUTANTS', () => {
  it.each(MUTANTS.flatMap(({ name, edits }) => edits.map((edit) => ({ name, ...edit }))))(
    'find the text that $name changes exactly once in $file',
    ({ file, find }) => {
      const paths = globSync(`**/${file}`, { cwd: packages, exclude: (name) => name === 'node_modules' });

      const texts = paths.map((path) => readFileSync(join(packages, path), 'utf8'));

      expect(texts.map((text) => text.split(find).length - 1)).toEqual([1]);
    },
  );

  it('change what they find', () => {
    expect(MUTANTS.flatMap(({ edits }) => edits).filter(({ find, put }) => find === put)).toEqual([]);
  });
});

describe('RespFrames', () => {
  const message = '*3\r\n$7\r\nmessage\r\n$3\r\nbus\r\n$2\r\n\r\n\r\n';
  const stream = Buffer.from(
    `+OK\r\n:12\r\n$-1\r\n${message}*2\r\n*1\r\n$0\r\n\r\n:1\r\n*-1\r\n$5\r\nhello\r\n`,
  );

  it('cuts a stream into the same answers wherever it is broken', () => {
    const whole = new RespFrames().take(stream).map(String);

    expect(whole).toEqual([
      '+OK\r\n',
      ':12\r\n',
      '$-1\r\n',
      message,
      '*2\r\n*1\r\n$0\r\n\r\n:1\r\n',
      '*-1\r\n',
      '$5\r\nhello\r\n',
    ]);
    for (let size = 1; size < 12; size++) {
      const frames = new RespFrames();
      const parts: string[] = [];
      for (let at = 0; at < stream.length; at += size)
        parts.push(...frames.take(stream.subarray(at, at + size)).map(String));
      expect(parts).toEqual(whole);
    }
  });

  it('tells messages from answers', () => {
    const found = new RespFrames().take(stream).filter(isMessage).map(String);

    expect(found).toEqual([message]);
  });
});

describe('slopeOf', () => {
  it('finds the slope of a line, and no doubt about it', () => {
    const points = Array.from({ length: 20 }, (_, i) => ({ x: i * 1000, y: 5 + i * 2000 }));

    const { slope, upper } = slopeOf(points);

    expect(slope).toBeCloseTo(2);
    expect(upper).toBeCloseTo(2);
  });

  it('doubts a slope that is noise', () => {
    const points = Array.from({ length: 20 }, (_, i) => ({ x: i, y: i % 2 }));

    const { slope, upper } = slopeOf(points);

    expect(Math.abs(slope)).toBeLessThan(0.02);
    expect(upper).toBeGreaterThan(0.03);
  });
});

describe('brokenBounds', () => {
  it('names the figures that break their bound, and knows nothing of others', () => {
    const figures = [
      { id: 'cache.stale-reads', value: 1 },
      { id: 'cache.outage.coherent-s', value: 1 },
      { id: 'cache.kit.broken-copies', value: 2 },
    ];

    expect(brokenBounds(figures)).toEqual(['cache.stale-reads is 1, at most 0 is allowed']);
  });
});
