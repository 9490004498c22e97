/** Given back by a cell writer when the value may not fit into the room that is left. Nothing counts as written. */
export const NO_ROOM = -1;

/** Given back by a cell writer when the value does not belong to its column's type. Nothing counts as written. */
export const MISFIT = -2;

/** Writes `value` at `position`. Gives the position after it, `NO_ROOM` or `MISFIT`. */
export type ValueWriter = (bytes: Buffer, position: number, value: unknown) => number;

/** How the values of one column become bytes. Chosen once by the column's type; null never gets here. */
export interface CellWriter {
  /** Writes a value in its row form. */
  readonly value: ValueWriter;
  /** Writes a value that column data holds as a number: 0 or 1, an integer, a double, days, or time in the column's unit. */
  readonly number?: (bytes: Buffer, position: number, value: number) => number;
  /** Writes text that is UTF-8 already: `source[from .. to]`. */
  readonly utf8?: (bytes: Buffer, position: number, source: Uint8Array, from: number, to: number) => number;
  /** Most bytes that `value` and `number` write without ever giving `NO_ROOM`; 0 when they check the room themselves. */
  readonly width: number;
  /** Whether a value costs microseconds, as Intl, JSON and functions of the user do: then fewer are written at a time. @default false */
  readonly isSlow?: boolean;
  /** The bytes of a value too large for any block, piece by piece. Exists when `width` is 0. */
  readonly pieces?: (value: unknown) => Iterable<Uint8Array>;
}
