import { oneLine } from '../advise/advice-text.ts';
import { shownBytes } from '../advise/byte-size.ts';
import { ms, textTable, whole } from '../terminal/table.ts';
import type { DatabaseAudit } from './audit-database.ts';

/** Lines of each part that are shown; the JSON has all. */
const SHOWN = 40;

/** An audit for people: what is wrong first, then what there is. */
export function auditText(audit: DatabaseAudit): string {
  const { findings, largest, slowest, advice } = audit;
  const parts = [
    findings.length === 0
      ? 'nothing wrong was found'
      : textTable([
          ['severity', 'what', 'where', 'statements'],
          ...findings
            .slice(0, SHOWN)
            .map((finding) => [
              finding.severity,
              finding.kind,
              oneLine(finding.subject),
              'statements' in finding ? String(finding.statements.length) : '',
            ]),
        ]),
    findings
      .slice(0, SHOWN)
      .map(({ what, fix }) => `- ${oneLine(what, 300)} ${oneLine(fix, 300)}`)
      .join('\n'),
    textTable([
      ['table', 'rows', 'size'],
      ...largest.map(({ table, rows, bytes }) => [
        table,
        whole(rows),
        bytes === undefined ? '' : shownBytes(bytes),
      ]),
    ]),
    serverText(audit),
    slowest.length === 0
      ? ''
      : textTable([
          ['statement', 'calls', 'mean ms', 'rewrites', 'saves'],
          ...slowest.map(({ text, calls, meanMs, rewrites, savedShare }) => [
            oneLine(text),
            whole(calls),
            ms(meanMs),
            rewrites.join(', '),
            `${(savedShare * 100).toFixed(0)} %`,
          ]),
        ]),
    advice === undefined
      ? 'No workload is known: give one with --workload, and indexes are advised.'
      : advice.indexes.map(({ ddl }) => `${ddl};`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function serverText({ engine, server: { connections, autovacuum, prepared } }: DatabaseAudit): string {
  const lines = [
    connections === undefined ? '' : `connections ${connections.used} of ${connections.most}`,
    autovacuum === undefined
      ? ''
      : `autovacuum ${autovacuum.on ? 'on' : 'off'}: vacuum at ${autovacuum.vacuum}, analyze at ${autovacuum.analyze} of the rows`,
    prepared === undefined
      ? ''
      : `${prepared.held} prepared statements held${prepared.share === undefined ? '' : `, ${(prepared.share * 100).toFixed(0)} % of the statements run prepared`}`,
  ].filter((line) => line !== '');
  return lines.length === 0
    ? `${engine}: an embedded database has no server to ask`
    : `${engine}: ${lines.join('; ')}`;
}
