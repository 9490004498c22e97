import { hostileStrings } from '@perf/testkit/inputs';
import { describe, expect, it } from 'vitest';
import { demoFigures, printedReport } from '../src/demo/print-report.ts';
import { isClean } from '../src/demo/report.ts';
import { escaped } from '../src/report/escaped.ts';
import { htmlReport } from '../src/report/html.ts';
import { planPicture } from '../src/report/plan-picture.ts';
import { timesChart } from '../src/report/times-chart.ts';
import { sampleReport } from './sample-report.ts';

const HOSTILE = `"><script>alert('x')</script><img src=https://evil.example onerror=alert(1)>&`;

/** Tags of a page, without its texts. */
function tagsOf(html: string): readonly string[] {
  return html.match(/<[^>]*>/g) ?? [];
}

describe('htmlReport', () => {
  it('is one file that asks for nothing from elsewhere and runs nothing', () => {
    const html = htmlReport(sampleReport());

    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"`,
    );
    expect(html).not.toMatch(/https?:|<script|<link|<iframe|\bsrc=|\bhref=|@import|url\(/i);
    expect(html).toContain('All answers are equal, and no attack escaped.');
    expect(html).toContain('82.2 %');
  });

  it('keeps hostile text text, in every place that can hold one', () => {
    const bad = [HOSTILE, ...hostileStrings].join(' ').slice(0, 20_000);
    const report = sampleReport(HOSTILE, {
      differences: [HOSTILE],
      hostile: { cases: 1, engines: [HOSTILE], escaped: [bad] },
      switchedOff: [HOSTILE],
    });

    const html = htmlReport(report);

    expect(tagsOf(html).filter((tag) => /^<(?:script|img)/i.test(tag))).toEqual([]);
    expect(tagsOf(html).map((tag) => tag.replace(/\s.*|>/s, ''))).toEqual(
      tagsOf(
        htmlReport(
          sampleReport('harmless', {
            differences: ['x'],
            hostile: { cases: 1, engines: ['x'], escaped: ['x'] },
            switchedOff: ['x'],
          }),
        ),
      ).map((tag) => tag.replace(/\s.*|>/s, '')),
    );
    expect(html).toContain('class="bad"');
    expect(html).toContain('Something is wrong');
  });

  it('stays under 300 KB with a hundred questions', () => {
    const [shape] = sampleReport().shapes;
    const shapes = Array.from({ length: 100 }, () => shape).filter((one) => one !== undefined);

    const html = htmlReport(sampleReport('many', { shapes }));

    expect(Buffer.byteLength(html)).toBeLessThan(300_000);
  });

  it('can tell of nothing at all', () => {
    const html = htmlReport(sampleReport('none', { shapes: [], exports: [] }));

    expect(html).not.toContain('NaN');
    expect(html).not.toContain('undefined');
  });
});

describe('planPicture', () => {
  it('draws a box for each step, its parent above, and cuts what does not fit', () => {
    const [shape] = sampleReport('x'.repeat(200)).shapes;
    const svg = planPicture(shape?.logical ?? { operator: '', detail: '', children: [] });

    expect(svg.match(/<rect/g)).toHaveLength(3);
    expect(svg.match(/<path/g)).toHaveLength(2);
    expect(svg).toContain('~26 rows');
    expect(svg).toContain(`${'x'.repeat(39)}…`);
    expect(svg).not.toContain('NaN');
  });
});

describe('timesChart', () => {
  it('draws three bars for each question, the longer time the longer bar', () => {
    const svg = timesChart(sampleReport().shapes);

    const [plain, optimized, cached, ...rest] = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(
      (match) => Number(match[1]),
    );
    expect(rest).toEqual([]);
    expect(plain).toBeGreaterThan(optimized ?? Infinity);
    expect(optimized).toBeGreaterThan(cached ?? Infinity);
    expect(cached).toBeGreaterThan(0);
  });
});

describe('escaped', () => {
  it.each([
    ['<a href="x">', '&#60;a href=&#34;x&#34;&#62;'],
    ["it's & that", 'it&#39;s &#38; that'],
    ['plain', 'plain'],
  ])('writes %s as %s', (text, expected) => {
    expect(escaped(text)).toBe(expected);
  });
});

describe('printedReport', () => {
  it('shows questions, session, files and the verdict', () => {
    const text = printedReport(sampleReport());

    expect(text).toContain('3,000,000 real flights, 1 questions; loaded in 1.5 s (duckdb)');
    expect(text).toContain('hit rate of memory 82.2 %, hits of disk 700, misses 1,080, evictions 1,280');
    expect(text).toContain('1,146,165');
    expect(text).toContain('all answers are equal: between engines, plain, optimized and cached');
    expect(text).toContain('none escaped');
    expect(text).not.toContain('switched off');
  });

  it('shows differences and escapes loudly, and what was switched off', () => {
    const text = printedReport(
      sampleReport('x', {
        differences: ['x, sqlite plain: row 1 differs'],
        hostile: { cases: 1, engines: ['duckdb'], escaped: ['from value 3'] },
        switchedOff: ['cache'],
      }),
    );

    expect(text).toContain('ANSWERS DIFFER:\nx, sqlite plain: row 1 differs');
    expect(text).toContain('HOSTILE QUERIES ESCAPED:\nfrom value 3');
    expect(text).toContain('switched off: cache');
  });
});

describe('isClean', () => {
  it.each([
    [{}, true],
    [{ differences: ['one'] }, false],
    [{ hostile: { cases: 1, engines: ['duckdb'], escaped: ['one'] } }, false],
  ])('says of %j: %s', (more, expected) => {
    expect(isClean(sampleReport('x', more))).toBe(expected);
  });
});

describe('demoFigures', () => {
  it('gives each figure once, as the run measured it', () => {
    const figures = demoFigures(sampleReport());

    expect(Object.fromEntries(figures.map(({ id, value }) => [id, value]))).toEqual({
      'demo.hit-rate': 0.822,
      'demo.distinct-queries': 1045,
      'demo.queries': 1,
      'demo.answers-differing': 0,
      'hostile.cases': 4191,
      'hostile.escaped': 0,
    });
    expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
  });
});
