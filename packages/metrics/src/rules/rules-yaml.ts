import type { RuleSet } from './rule.ts';

/** The rules as a file for `rule_files` of Prometheus. Texts are quoted as in JSON, which YAML reads too. */
export function rulesYaml({ recording, alerts }: RuleSet): string {
  const lines = ['groups:', '  - name: perf-recording', '    rules:'];
  for (const { record, expression } of recording)
    lines.push(`      - record: ${record}`, `        expr: ${JSON.stringify(expression)}`);
  lines.push('  - name: perf-alerts', '    rules:');
  for (const { alert, severity, lasting, expression, summary } of alerts)
    lines.push(
      `      - alert: ${alert}`,
      `        expr: ${JSON.stringify(expression)}`,
      `        for: ${lasting}`,
      '        labels:',
      `          severity: ${severity}`,
      '        annotations:',
      `          summary: ${JSON.stringify(summary)}`,
    );
  return `${lines.join('\n')}\n`;
}
