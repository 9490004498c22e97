import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleSet } from '@perf/metrics';
import { rulesYaml } from '@perf/metrics';
import { promtoolTest } from './rule-cases.ts';

/** How promtool ended, and all that it said. */
export interface PromtoolRun {
  readonly passed: boolean;
  readonly said: string;
}

/** Runs promtool to its end, with `input` on its standard input. */
export async function runPromtool(
  promtool: string,
  args: readonly string[],
  input = '',
): Promise<PromtoolRun> {
  const child = spawn(promtool, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const listen = (chunk: Buffer): void => void (said += chunk.toString());
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as readonly unknown[];
  return { passed: code === 0, said };
}

/**
 * What promtool finds wrong with rules, by rule: that it is not tested, or fails its test. `rules` when they cannot be read.
 * @param meant what the rules should be; they themselves, if not given
 */
export async function faultsOfRules(
  promtool: string,
  rules: RuleSet,
  meant: RuleSet = rules,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>();
  const folder = mkdtempSync(join(tmpdir(), 'perf-rules-'));
  try {
    const all = join(folder, 'rules.yml');
    writeFileSync(all, rulesYaml(rules));
    const check = await runPromtool(promtool, ['check', 'rules', '--lint-fatal', all]);
    if (!check.passed) faults.set('rules', check.said);
    for (const [name, alone] of apart(rules)) {
      const text = promtoolTest(meant, name, `${name}.yml`);
      if (text === undefined) {
        faults.set(name, 'has no test');
        continue;
      }
      const file = join(folder, `${name}.test.yml`);
      writeFileSync(join(folder, `${name}.yml`), rulesYaml(alone));
      writeFileSync(file, text);
      const run = await runPromtool(promtool, ['test', 'rules', file]);
      if (!run.passed) faults.set(name, run.said);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return faults;
}

/** Each rule by its name, in a set of its own: promtool evaluates every rule of a file at every step. */
function apart({ recording, alerts }: RuleSet): [name: string, alone: RuleSet][] {
  return [
    ...recording.map((rule): [string, RuleSet] => [rule.record, { recording: [rule], alerts: [] }]),
    ...alerts.map((rule): [string, RuleSet] => [rule.alert, { recording: [], alerts: [rule] }]),
  ];
}
