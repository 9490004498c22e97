/**
 * Are all rules tested, all founding names measured, and do all panels show something? Rules are tested by promtool; names and panels
 * by a real Prometheus that scrapes a small app with a real Postgres and Redis.
 * Usage: npm run check:rules -w @perf/metrics -- [--json FILE]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { expose, perfDashboards, perfRules, rulesYaml, type Panel, type PanelQuery } from '@perf/metrics';
import { prometheusPrograms, startPrometheus } from '@perf/services';
import type { Figure } from '@perf/testkit/measure';
import { parseBenchArgs, printFigures, writeFigures } from '@perf/testkit/measure';
import { FOUNDING_METRICS, FOUNDING_RECORDS } from '../test/founding-names.ts';
import { faultsOfRules, runPromtool } from '../test/run-promtool.ts';
import { startLiveApp, type LiveApp } from './live-app.ts';
import { askPrometheus, namesInPrometheus, rulesInPrometheus } from './prometheus-query.ts';

/** How long the app runs at most until all panels show something. */
const PATIENCE_MS = 60_000;

const { json } = parseBenchArgs();
const { promtool } = await prometheusPrograms();
const figures = [await untested(), ...(await live())];
printFigures(figures);
if (json !== undefined) writeFigures(json, figures);
if (figures.some(({ value }) => value > 0)) process.exitCode = 1;

async function untested(): Promise<Figure> {
  const rules = perfRules();
  const faults = await faultsOfRules(promtool, rules);
  for (const [name, fault] of faults) console.error(`${name}: ${fault}`);
  const note = `${rules.alerts.length} alerts, ${rules.recording.length} recording rules, by promtool: each fires, stays silent, is silent without traffic`;
  return { id: 'alerts.untested', value: faults.size, note };
}

async function live(): Promise<Figure[]> {
  await using app = await startLiveApp();
  await using prometheus = await startPrometheus({
    configuration: JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [app.target] }] }],
    }),
    files: { 'rules.yml': rulesYaml(perfRules()) },
  });
  const started = performance.now();
  let empty: readonly string[] = ['not looked at'];
  let missing: readonly string[] = ['not looked at'];
  while (empty.length + missing.length > 0 && performance.now() - started < PATIENCE_MS) {
    await app.load();
    await wait(500);
    empty = await emptyPanels(prometheus.url);
    missing = await missingNames(prometheus.url);
  }
  for (const line of [...empty, ...missing]) console.error(line);
  const broken = (await rulesInPrometheus(prometheus.url)).filter(({ health }) => health === 'err');
  const lints = await complaints(app);
  for (const line of [...broken.map(({ name }) => `rule ${name} fails`), ...lints]) console.error(line);
  if (broken.length + lints.length > 0) process.exitCode = 1;
  const seconds = Math.round((performance.now() - started) / 1000);
  const note = `a small app on Postgres and Redis, scraped by Prometheus each second for ${seconds} s`;
  return [
    {
      id: 'metrics.names-missing',
      value: missing.length,
      note: `of ${FOUNDING_METRICS.length} names and ${Object.keys(FOUNDING_RECORDS).length} recorded ones; ${note}`,
    },
    { id: 'dashboard.panels-empty', value: empty.length, note: `of 12 panels; ${note}` },
  ];
}

/** One line for each panel with a query that gives nothing, no number, or no label that its legend names. */
async function emptyPanels(url: string): Promise<string[]> {
  const found: string[] = [];
  for (const { title, panels } of perfDashboards())
    for (const panel of panels) {
      const query = await emptyQuery(url, panel);
      if (query !== undefined) found.push(`${title}, ${panel.title}: nothing for ${query.expression}`);
    }
  return found;
}

async function emptyQuery(url: string, { queries }: Panel): Promise<PanelQuery | undefined> {
  for (const query of queries) {
    const named = [...query.legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const lines = await askPrometheus(url, query.expression);
    const shown = lines.filter(
      ({ labels, value }) => !Number.isNaN(value) && named.every((label) => labels[label] !== undefined),
    );
    if (shown.length === 0) return query;
  }
  return undefined;
}

/** One line for each founding name that Prometheus has never seen. */
async function missingNames(url: string): Promise<string[]> {
  const seen = new Set(await namesInPrometheus(url));
  return [...FOUNDING_METRICS, ...Object.keys(FOUNDING_RECORDS)]
    .filter((name) => !seen.has(name) && !seen.has(`${name}_bucket`))
    .map((name) => `${name} was never seen`);
}

/** What promtool says against the app's scrape. */
async function complaints({ registry }: LiveApp): Promise<string[]> {
  const text = (await Array.fromAsync(expose(registry))).join('');
  const { said } = await runPromtool(promtool, ['check', 'metrics'], text);
  return said.split('\n').filter((line) => line !== '');
}
