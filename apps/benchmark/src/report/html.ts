import { PLAN_STYLE } from '@perf/optimizer';
import type { DemoReport } from '../demo/report.ts';
import { isClean } from '../demo/report.ts';
import { ms, whole } from '../terminal/table.ts';
import { escaped } from './escaped.ts';
import { planPicture } from './plan-picture.ts';
import { timesChart } from './times-chart.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --a: #b9582c; --b: #2c7ab9; --c: #2c9c5a; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; white-space: nowrap; } .bad { color: #c02020; font-weight: 600; }
svg { max-width: 100%; height: auto; } svg text { fill: currentColor; font: 12px system-ui, sans-serif; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; }
pre { overflow-x: auto; background: var(--soft); padding: .6rem; font-size: 12px; white-space: pre-wrap; }
.wide { overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { opacity: .7; } dd { margin: 0; }`;

/** The report as one file that needs nothing else: no script, no font, no picture from elsewhere. */
export function htmlReport(report: DemoReport): string {
  const verdict = isClean(report)
    ? 'All answers are equal, and no attack escaped.'
    : 'Something is wrong: see the red lines.';
  const off = report.switchedOff.length === 0 ? '' : ` Switched off: ${report.switchedOff.join(', ')}.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Perf on ${whole(report.flights)} flights</title><style>${STYLE}${PLAN_STYLE}</style></head><body>
<h1>Perf on ${whole(report.flights)} real flights</h1>
<p>${escaped(verdict)} Made on ${escaped(report.date)} with Node ${escaped(report.node)} on ${escaped(report.machine)} in ${(report.elapsedMs / 1000).toFixed(0)} s with at most ${whole(report.peakMemoryMb)} MiB.${escaped(off)}</p>
<h2>Questions: plain, optimized, cached</h2>
${timesChart(report.shapes)}
<div class="wide">${shapesTable(report)}</div>
${report.differences.map((text) => `<p class="bad">${escaped(text)}</p>`).join('')}
<h2>A session of ${whole(report.session.requests)} requests</h2>
${sessionList(report)}
<h2>Files</h2>
${exportsTable(report)}
<h2>Attacks</h2>
<p>${whole(report.hostile.cases)} hostile queries on each of ${escaped(report.hostile.engines.join(' and '))}: ${report.hostile.escaped.length} escaped.</p>
${report.hostile.escaped.map((text) => `<p class="bad">${escaped(text)}</p>`).join('')}
<h2>Plans</h2>
${report.shapes.map((shape, i) => `<details${i === 0 ? ' open' : ''}><summary>${escaped(shape.name)}</summary>${planPicture(shape.logical)}<pre>${escaped(shape.sql)}</pre></details>`).join('\n')}
</body></html>
`;
}

function shapesTable({ shapes }: DemoReport): string {
  const engines = shapes[0]?.times.map(({ engine }) => engine) ?? [];
  const heads = engines
    .map(
      (name) =>
        `<th class="n">${escaped(name)} plain</th><th class="n">optimized</th><th class="n">cached</th>`,
    )
    .join('');
  const rows = shapes.map((shape) => {
    const times = shape.times
      .map(
        (time) =>
          `<td class="n">${ms(time.plainMs)}</td><td class="n">${ms(time.optimizedMs)}</td><td class="n">${ms(time.cachedMs)}</td>`,
      )
      .join('');
    const done = shape.rewrites
      .map(({ rule, reason }) => `${escaped(rule)}: ${escaped(reason)}`)
      .join('<br>');
    return `<tr><td>${escaped(shape.name)}</td><td class="n">${whole(shape.rows)}</td>${times}<td>${shape.bottleneck}</td><td>${done}</td></tr>`;
  });
  return `<table><thead><tr><th>question (times in ms)</th><th class="n">rows</th>${heads}<th>slowest phase</th><th>what the optimizer did</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function sessionList({ session }: DemoReport): string {
  const facts: readonly (readonly [string, string])[] = [
    ['hit rate of memory', `${(session.hitRate * 100).toFixed(1)} %`],
    ...session.lowerHits.map(({ tier, hits }) => [`hits of ${tier}`, whole(hits)] as const),
    ['misses', whole(session.misses)],
    ['evictions', whole(session.evictions)],
    [
      'workload',
      `Zipf ${session.zipf.toFixed(1)} over ${whole(session.population)} different queries, ${whole(session.distinct)} of them asked`,
    ],
    ['memory tier', `${whole(session.capacity)} entries`],
    ['hit, p50 / p99', `${session.hit.p50.toFixed(0)} / ${session.hit.p99.toFixed(0)} µs`],
    ['miss, p50 / p99', `${session.miss.p50.toFixed(0)} / ${session.miss.p99.toFixed(0)} µs`],
  ];
  return `<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

function exportsTable({ exports }: DemoReport): string {
  const rows = exports.map(
    (one) =>
      `<tr><td>${escaped(one.writer)}</td><td>${escaped(one.format)}</td><td class="n">${whole(one.rows)}</td><td class="n">${(one.bytes / 1e6).toFixed(1)}</td><td class="n">${whole(one.rowsPerSecond)}</td><td>${escaped(one.sha256 ?? '')}</td></tr>`,
  );
  return `<table><thead><tr><th>writer</th><th>format</th><th class="n">rows</th><th class="n">MB</th><th class="n">rows/s</th><th>sha256</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
