import type { ExecutionPlan } from '@perf/contracts';
import { whole } from '../terminal/table.ts';
import { escaped } from './escaped.ts';

const BOX = 300;
const HIGH = 44;
const GAP = 18;

/** Where a box stands: columns of leaves from the left, depth from the top. */
interface Placed {
  readonly node: ExecutionPlan;
  readonly column: number;
  readonly depth: number;
  readonly children: readonly Placed[];
}

/** A plan as a tree of boxes, the last step on top; a parent stands over the middle of its children. */
export function planPicture(plan: ExecutionPlan): string {
  let leaves = 0;
  const place = (node: ExecutionPlan, depth: number): Placed => {
    const children = node.children.map((child) => place(child, depth + 1));
    const column =
      children.length === 0
        ? leaves++
        : children.reduce((sum, child) => sum + child.column, 0) / children.length;
    return { node, column, depth, children };
  };
  const root = place(plan, 0);
  const width = Math.max(1, leaves) * (BOX + GAP);
  const height = (depthOf(root) + 1) * (HIGH + GAP);
  return `<svg width="${width}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Plan">${drawn(root)}</svg>`;
}

function depthOf({ depth, children }: Placed): number {
  return Math.max(depth, ...children.map(depthOf));
}

function drawn(placed: Placed): string {
  const { node, children } = placed;
  const [x, y] = [placed.column * (BOX + GAP), placed.depth * (HIGH + GAP) + 2];
  const lines = children.map(
    (child) =>
      `<line x1="${x + BOX / 2}" y1="${y + HIGH}" x2="${child.column * (BOX + GAP) + BOX / 2}" y2="${child.depth * (HIGH + GAP) + 2}" style="stroke:currentColor;opacity:.5"/>`,
  );
  const rows = node.estimatedRows === undefined ? '' : `~${whole(node.estimatedRows)} rows`;
  const title = [node.operator, node.table ?? '', rows].filter((part) => part !== '').join('  ');
  return `${lines.join('')}<g><title>${escaped(node.detail)}</title><rect x="${x + 1}" y="${y}" width="${BOX}" height="${HIGH}" rx="6" style="fill:var(--soft);stroke:var(--line)"/><text x="${x + 10}" y="${y + 18}" style="font-weight:600">${escaped(cut(title))}</text><text x="${x + 10}" y="${y + 35}" style="opacity:.75">${escaped(cut(node.detail))}</text></g>${children.map(drawn).join('')}`;
}

/** Signs that fit into a box. */
const FIT = 46;

function cut(text: string): string {
  return text.length > FIT ? `${text.slice(0, FIT - 1)}…` : text;
}
