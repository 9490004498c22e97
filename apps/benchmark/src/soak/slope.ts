/** Student's t for the 97.5 % point with 18 degrees of freedom: that of 20 samples. */
const T_18 = 2.101;
/** Samples of a soak. */
export const SAMPLES = 20;

/** A straight line through samples. */
export interface Slope {
  readonly slope: number;
  /** Upper end of the slope's 95 % interval. */
  readonly upper: number;
}

/** The line of least squares through 20 points, by how much `y` grows per `x`. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): Slope {
  const n = points.length;
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const rest = points.reduce((sum, point) => sum + (point.y - y - slope * (point.x - x)) ** 2, 0);
  return { slope, upper: slope + T_18 * Math.sqrt(rest / (n - 2) / spread) };
}
