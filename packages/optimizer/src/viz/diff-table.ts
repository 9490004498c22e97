import type { NodeFigures, PlanFigures } from '../plan/plan-figures.ts';
import { bytesText, msText, rowsText } from '../plan/plan-words.ts';
import type { DiffStep, PlanDiff } from './diff-plans.ts';
import { escaped } from './escaped.ts';

/** What changed between two plans: first as wholes, then step by step. */
export function diffTable(diff: PlanDiff): string {
  const { before, after, steps, speedup } = diff;
  const verdict =
    speedup === undefined
      ? 'Not both plans were measured, so nothing is said about which is faster.'
      : speedup >= 1
        ? `The new plan took ${msText(after.totalMs ?? 0)} instead of ${msText(before.totalMs ?? 0)}: ${speedup.toFixed(1)} times faster.`
        : `The new plan took ${msText(after.totalMs ?? 0)} instead of ${msText(before.totalMs ?? 0)}: ${(1 / speedup).toFixed(1)} times slower.`;
  const wholes = WHOLES.flatMap(({ name, of }) => {
    const [was, is] = [of(before), of(after)];
    return was === undefined && is === undefined
      ? []
      : [
          `<tr><th scope="row">${name}</th><td class="n">${escaped(was ?? '')}</td><td class="n">${escaped(is ?? '')}</td></tr>`,
        ];
  });
  return [
    `<p class="verdict">${escaped(verdict)}</p>`,
    `<table class="narrow"><thead><tr><th scope="col">whole</th><th scope="col" class="n">before</th><th scope="col" class="n">after</th></tr></thead><tbody>${wholes.join('')}</tbody></table>`,
    '<div class="wide"><table><thead><tr><th scope="col">step</th><th scope="col">change</th><th scope="col" class="n">rows before</th><th scope="col" class="n">after</th><th scope="col" class="n">own time before</th><th scope="col" class="n">after</th><th scope="col">before</th><th scope="col">after</th></tr></thead>',
    `<tbody>${steps.map(stepRow).join('\n')}</tbody></table></div>`,
  ].join('');
}

const WHOLES: readonly {
  readonly name: string;
  readonly of: (figures: PlanFigures) => string | undefined;
}[] = [
  { name: 'time', of: ({ totalMs }) => (totalMs === undefined ? undefined : msText(totalMs)) },
  { name: 'estimated cost', of: ({ nodes }) => costOf(nodes[0]) },
  { name: 'steps', of: ({ nodes }) => rowsText(nodes.length) },
  { name: 'buffers', of: ({ nodes }) => buffersOf(nodes[0]) },
  {
    name: 'spilled',
    of: ({ spilledBytes }) => (spilledBytes === undefined ? undefined : bytesText(spilledBytes)),
  },
];

function costOf(root: NodeFigures | undefined): string | undefined {
  return root?.node.cost === undefined ? undefined : rowsText(root.node.cost);
}

function buffersOf(root: NodeFigures | undefined): string | undefined {
  const buffers = root?.node.buffers;
  return buffers === undefined ? undefined : rowsText((buffers.hit ?? 0) + (buffers.read ?? 0));
}

function stepRow({ change, before, after, differs }: DiffStep): string {
  const { node } = after ?? before ?? { node: { operator: '', table: '' } };
  const title = [node.operator, node.table ?? ''].filter((part) => part !== '').join(' ');
  const what = differs.length === 0 ? change : `${change}: ${differs.join(', ')}`;
  return `<tr class="${change}"><th scope="row">${escaped(title)}</th><td>${what}</td>${pair(before, after, rowsCell)}${pair(before, after, timeCell)}<td>${escaped(wayOf(before))}</td><td>${escaped(wayOf(after))}</td></tr>`;
}

function pair(
  before: NodeFigures | undefined,
  after: NodeFigures | undefined,
  cell: (each: NodeFigures) => string,
): string {
  return [before, after]
    .map((each) => `<td class="n">${each === undefined ? '' : escaped(cell(each))}</td>`)
    .join('');
}

function rowsCell({ node: { actualRows, estimatedRows } }: NodeFigures): string {
  if (actualRows !== undefined) return rowsText(actualRows);
  return estimatedRows === undefined ? '' : `~${rowsText(estimatedRows)}`;
}

function timeCell({ node: { selfMs } }: NodeFigures): string {
  return selfMs === undefined ? '' : msText(selfMs);
}

/** How a step does its work. */
function wayOf(each: NodeFigures | undefined): string {
  if (each === undefined) return '';
  const { engineOperator = '', index, detail } = each.node;
  return [engineOperator, index === undefined || detail.includes(index) ? '' : `by ${index}`, detail]
    .filter((part) => part !== '')
    .join('; ');
}
