import type { NodeFigures, PlanFigures } from '../plan/plan-figures.ts';
import { bytesText, errorText, msText, rowsText, shareText } from '../plan/plan-words.ts';
import { escaped, fitted } from './escaped.ts';
import { tidyTree } from './tidy-tree.ts';

/** Size of a box, and what is left between two. */
export const BOX = { width: 264, height: 86, gapX: 22, gapY: 40, margin: 16 } as const;

/** The drawn tree without a frame. */
export interface Drawing {
  readonly edges: string;
  readonly boxes: string;
  readonly width: number;
  readonly height: number;
}

/** Draws boxes and lines, the last step on top. Each box is a group `data-n` of a tree for keyboards and readers of screens. */
export function drawPlan(figures: PlanFigures): Drawing {
  const { nodes } = figures;
  const { x, width } = tidyTree(nodes.map(({ parent }) => parent));
  const left = (at: number): number => Math.round(BOX.margin + (x[at] ?? 0) * (BOX.width + BOX.gapX));
  const top = (depth: number): number => BOX.margin + depth * (BOX.height + BOX.gapY);
  const edges: string[] = [];
  const boxes: string[] = [];
  let depth = 0;
  for (const each of nodes) {
    depth = Math.max(depth, each.depth);
    const place = { x: left(each.at), y: top(each.depth) };
    boxes.push(box(each, place, figures));
    if (each.parent >= 0) edges.push(edge(each, left(each.parent), place));
  }
  return {
    edges: edges.join(''),
    boxes: boxes.join(''),
    width: Math.round(2 * BOX.margin + width * BOX.width + (width - 1) * BOX.gapX),
    height: 2 * BOX.margin + (depth + 1) * BOX.height + depth * BOX.gapY,
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A line is the wider the more rows it carries. */
function edge({ node, at, isHot }: NodeFigures, parentX: number, { x, y }: Place): string {
  const rows = node.actualRows ?? node.estimatedRows ?? 0;
  const wide = Math.min(10, 1.2 + 1.1 * Math.log10(1 + rows));
  return `<path class="pv-edge${isHot ? ' pv-hot' : ''}" data-e="${at}" stroke-width="${wide.toFixed(1)}" d="${curve(parentX, y - BOX.gapY, x, y)}"/>`;
}

/** From the middle of a parent's lower side to that of its child's upper side. */
function curve(fromX: number, fromY: number, toX: number, toY: number): string {
  const [a, b] = [fromX + BOX.width / 2, toX + BOX.width / 2];
  const middle = (fromY + toY) / 2;
  return `M${a} ${fromY}C${a} ${middle} ${b} ${middle} ${b} ${toY}`;
}

function box(each: NodeFigures, { x, y }: Place, figures: PlanFigures): string {
  const { node, at, parent, depth, isHot, selfShare = 0 } = each;
  const isNever = node.loops === 0;
  const classes = ['pv-node', isHot ? 'pv-hot' : '', isNever ? 'pv-never' : ''].filter((name) => name !== '');
  const head = [node.operator, node.table ?? ''].filter((part) => part !== '').join(' ');
  const below = [
    node.engineOperator === undefined || isSame(node.engineOperator, node.operator)
      ? ''
      : node.engineOperator,
    node.index === undefined || node.detail.includes(node.index) ? '' : `by ${node.index}`,
    node.detail,
  ]
    .filter((part) => part !== '')
    .join(' · ');
  const bar = Math.round(selfShare * (BOX.width - 2));
  return [
    `<g class="${classes.join(' ')}" data-n="${at}" data-p="${parent}" data-d="${depth}" role="treeitem" aria-level="${depth + 1}" aria-label="${escaped(spoken(each))}" transform="translate(${x} ${y})">`,
    `<rect class="pv-box" width="${BOX.width}" height="${BOX.height}" rx="7"/>`,
    // An inner picture cuts what is too wide.
    `<svg width="${BOX.width - 8}" height="${BOX.height}"><text class="pv-title" x="10" y="20">${escaped(fitted(head, 33))}</text>`,
    `<text class="pv-soft" x="10" y="36">${escaped(fitted(below, 40))}</text>`,
    `<text x="10" y="54">${escaped(rowsLine(each))}</text></svg>`,
    isNever || node.selfMs === undefined ? '' : timeText(each),
    badges(each, figures),
    bar > 0 ? `<rect class="pv-bar" x="1" y="${BOX.height - 5}" width="${bar}" height="4" rx="2"/>` : '',
    '</g>',
  ].join('');
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase().replaceAll(/[^a-z]/g, '') === b.replaceAll(' ', '');
}

function timeText({ node, selfShare }: NodeFigures): string {
  const share = selfShare === undefined ? '' : ` · ${shareText(selfShare)}`;
  return `<text x="${BOX.width - 10}" y="54" text-anchor="end">${escaped(msText(node.selfMs ?? 0) + share)}</text>`;
}

/** Estimated rows carry a `~`, so that nobody takes them for counted ones. */
function rowsLine({ node }: NodeFigures): string {
  const { estimatedRows, actualRows, loops } = node;
  if (loops === 0) return 'never run';
  if (actualRows === undefined) return estimatedRows === undefined ? '' : `~${shortRows(estimatedRows)} rows`;
  return estimatedRows === undefined
    ? `${shortRows(actualRows)} rows`
    : `~${shortRows(estimatedRows)} → ${shortRows(actualRows)} rows`;
}

/** Rows with a unit from ten thousand on, so that they fit beside a time. */
function shortRows(rows: number): string {
  if (rows < 10_000) return rowsText(rows);
  const at = UNITS.findIndex(([size]) => rows >= size * 0.9995);
  const [size, unit] = UNITS[at] ?? [1, ''];
  const value = rows / size;
  return value >= 1000 ? rows.toExponential(1) : `${value.toPrecision(value < 99.95 ? 2 : 3)} ${unit}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

type Look = 'note' | 'warn' | 'bad';

/** An estimate that is off by this much is marked, and from the second on loudly. */
const OFF = 4;
const FAR_OFF = 100;

function badges(each: NodeFigures, { misestimate }: PlanFigures): string {
  const { node, qError = 1 } = each;
  const { loops = 1, rowsRemoved = 0, spilledBytes = 0, correlated, partitions = [] } = node;
  const found: { readonly text: string; readonly look: Look }[] = [];
  const add = (isThere: boolean, text: string, look: Look): void => {
    if (isThere) found.push({ text, look });
  };
  add(spilledBytes > 0, `${bytesText(spilledBytes)} spilled`, 'bad');
  add(
    qError >= OFF,
    `${errorText(qError)} off${misestimate?.at === each.at ? ' here' : ''}`,
    qError >= FAR_OFF ? 'bad' : 'warn',
  );
  add(correlated === true, 'per outer row', 'warn');
  add(loops > 1, `${shortRows(loops)} loops`, 'note');
  add(rowsRemoved > 0, `${shortRows(rowsRemoved)} removed`, 'note');
  add(partitions.length > 0, `${partitions.length} partition${partitions.length === 1 ? '' : 's'}`, 'note');
  let x = 10;
  return found
    .map(({ text, look }) => {
      const wide = Math.round(text.length * 5.9 + 12);
      if (x + wide > BOX.width - 6) return '';
      const at = x;
      x += wide + 5;
      return `<rect class="pv-${look}" x="${at}" y="61" width="${wide}" height="16" rx="8"/><text class="pv-badge pv-${look === 'note' ? 'plain' : look}" x="${at + wide / 2}" y="73" text-anchor="middle">${text}</text>`;
    })
    .join('');
}

/** A step in words, for those who hear the picture. */
function spoken(each: NodeFigures): string {
  const { node, qError, selfShare } = each;
  return [
    [node.operator, node.table ?? ''].join(' ').trim(),
    rowsLine(each),
    qError === undefined || qError < OFF ? '' : `estimate off ${errorText(qError)}`,
    node.selfMs === undefined ? '' : msText(node.selfMs),
    selfShare === undefined ? '' : shareText(selfShare),
    each.isHot ? 'on the hot path' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
