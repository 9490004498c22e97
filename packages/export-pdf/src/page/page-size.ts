import { PerfError } from '@perf/contracts';

/** Width and height in points (1/72 inch), upright. */
const SIZES: Readonly<Record<PaperName, readonly [number, number]>> = {
  A3: [841.89, 1190.55],
  A4: [595.28, 841.89],
  A5: [419.53, 595.28],
  Letter: [612, 792],
  Legal: [612, 1008],
};

/** Papers known by name. */
export type PaperName = 'A3' | 'A4' | 'A5' | 'Letter' | 'Legal';

/** A paper, or width and height in points (72 to 14,400). */
export type PageSize = PaperName | readonly [width: number, height: number];

/** Space around the page's content in points: the same on all sides, or each its own. */
export type Margins =
  | number
  | { readonly top?: number; readonly right?: number; readonly bottom?: number; readonly left?: number };

/** A page and its content's edges, in hundredths of a point from the lower left corner. */
export interface PageBox {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LEAST_SIDE = 72;
const MOST_SIDE = 14_400;
const DEFAULT_MARGIN = 36;

/** Where content may stand. Throws `ERR_PERF_INVALID_OPTION` for a size or margins that leave no room. */
export function pageBox(size: PageSize, landscape: boolean, margins: Margins | undefined): PageBox {
  const sides = typeof size === 'string' ? SIZES[size] : size;
  if (sides === undefined)
    throw invalid(
      `pageSize must be ${Object.keys(SIZES).join(', ')} or [width, height], got ${String(size)}`,
    );
  const [short, long] = sides;
  if (![short, long].every((side) => side >= LEAST_SIDE && side <= MOST_SIDE))
    throw invalid(`pageSize must have sides of ${LEAST_SIDE} to ${MOST_SIDE} points, got ${short} × ${long}`);
  const [width, height] = landscape ? [Math.max(short, long), Math.min(short, long)] : [short, long];
  const { top, right, bottom, left } = sidesOf(margins);
  if (![top, right, bottom, left].every((margin) => margin >= 0))
    throw invalid('margins must be points of at least 0');
  const box = {
    width: hundredths(width),
    height: hundredths(height),
    left: hundredths(left),
    right: hundredths(width - right),
    top: hundredths(height - top),
    bottom: hundredths(bottom),
  };
  if (box.right - box.left < hundredths(LEAST_SIDE / 2) || box.top - box.bottom < hundredths(LEAST_SIDE / 2))
    throw invalid(`margins leave no room on a page of ${width} × ${height} points`);
  return box;
}

/** Whole hundredths of a point. */
export function hundredths(points: number): number {
  return Math.round(points * 100);
}

function sidesOf(margins: Margins | undefined): Record<'top' | 'right' | 'bottom' | 'left', number> {
  if (typeof margins === 'number') return { top: margins, right: margins, bottom: margins, left: margins };
  const {
    top = DEFAULT_MARGIN,
    right = DEFAULT_MARGIN,
    bottom = DEFAULT_MARGIN,
    left = DEFAULT_MARGIN,
  } = margins ?? {};
  return { top, right, bottom, left };
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
