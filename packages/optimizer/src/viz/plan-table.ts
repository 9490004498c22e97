import type { NodeFigures, PlanFigures } from '../plan/plan-figures.ts';
import { bytesText, errorText, msText, rowsText, shareText } from '../plan/plan-words.ts';
import { escaped } from './escaped.ts';
import { branches } from './plan-text.ts';

/** A column: its heading, and what stands in the cell of a step; nothing where it is unknown. */
interface Column {
  readonly name: string;
  readonly cell: (each: NodeFigures) => string | undefined;
}

const known = (value: number | undefined, text: (value: number) => string): string | undefined =>
  value === undefined ? undefined : escaped(text(value));

const FIGURES: readonly Column[] = [
  { name: 'estimated rows', cell: ({ node }) => known(node.estimatedRows, (rows) => `~${rowsText(rows)}`) },
  { name: 'actual rows', cell: ({ node }) => known(node.actualRows, rowsText) },
  { name: 'off', cell: ({ qError }) => known(qError, (error) => (error < 1.05 ? '' : errorText(error))) },
  { name: 'own time', cell: ({ node }) => known(node.selfMs, msText) },
  { name: 'share', cell: ({ selfShare }) => (selfShare === undefined ? undefined : shareCell(selfShare)) },
  { name: 'time with all below', cell: ({ node }) => known(node.totalMs, msText) },
  { name: 'loops', cell: ({ node }) => known(node.loops, rowsText) },
  { name: 'rows removed', cell: ({ node }) => known(node.rowsRemoved, rowsText) },
  {
    name: 'spilled',
    cell: ({ node }) => known(node.spilledBytes, (bytes) => (bytes === 0 ? '' : bytesText(bytes))),
  },
  { name: 'memory', cell: ({ node }) => known(node.memoryBytes, bytesText) },
  { name: 'own buffers hit', cell: ({ selfBuffers }) => known(selfBuffers?.hit, rowsText) },
  { name: 'own buffers read', cell: ({ selfBuffers }) => known(selfBuffers?.read, rowsText) },
  { name: 'cost', cell: ({ node }) => known(node.cost, (cost) => rowsText(Math.round(cost * 100) / 100)) },
];

const WORDS: readonly Column[] = [
  { name: 'engine calls it', cell: ({ node }) => words(node.engineOperator) },
  { name: 'index', cell: ({ node }) => words(node.index) },
  { name: 'partitions', cell: ({ node }) => words(node.partitions?.join(', ')) },
  { name: 'detail', cell: ({ node }) => words(node.detail) },
];

function words(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : escaped(text);
}

const BAR = 48;

function shareCell(share: number): string {
  return `<svg class="share" width="${BAR}" height="9" aria-hidden="true"><rect width="${Math.max(1, Math.round(share * BAR))}" height="9" rx="2"/></svg> ${escaped(shareText(share))}`;
}

/** All that is known of each step; columns of which nothing is known are left out. */
export function planTable(figures: PlanFigures): string {
  const [numbers, texts] = [filled(FIGURES, figures), filled(WORDS, figures)];
  const heads = [
    ...numbers.map(({ name }) => `<th scope="col" class="n">${name}</th>`),
    ...texts.map(({ name }) => `<th scope="col">${name}</th>`),
  ];
  const stems = branches(figures);
  const rows = figures.nodes.map((each) => {
    const { node, at, isHot } = each;
    const title = escaped([node.operator, node.table ?? ''].filter((part) => part !== '').join(' '));
    const classes = [isHot ? 'hot' : '', node.loops === 0 ? 'never' : ''].filter((name) => name !== '');
    const cells = [
      ...numbers.map(({ name, cells: all }) => `<td class="n${marked(name, each)}">${all[at] ?? ''}</td>`),
      ...texts.map(({ cells: all }) => `<td>${all[at] ?? ''}</td>`),
    ];
    return `<tr data-r="${at}"${classes.length === 0 ? '' : ` class="${classes.join(' ')}"`}><th scope="row"><span class="stem" aria-hidden="true">${stems[at] ?? ''}</span><button type="button" data-go="${at}">${title}</button></th>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th scope="col">step</th>${heads.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

/** The columns of which something is known, with their cells. */
function filled(
  columns: readonly Column[],
  { nodes }: PlanFigures,
): readonly { readonly name: string; readonly cells: readonly (string | undefined)[] }[] {
  return columns
    .map(({ name, cell }) => ({ name, cells: nodes.map(cell) }))
    .filter(({ cells }) => cells.some((text) => text !== undefined && text !== ''));
}

/** An estimate that is off by this much is marked. */
const OFF = 4;

function marked(column: string, { qError = 1, node }: NodeFigures): string {
  if (column === 'off' && qError >= OFF) return ' warn';
  return column === 'spilled' && (node.spilledBytes ?? 0) > 0 ? ' bad' : '';
}
