/** A number of rows with separators; parts of a row only below ten. */
export function rowsText(rows: number): string {
  // Not toLocaleString: it takes longer than drawing the node.
  const whole = rows < 10 ? Number(rows.toFixed(2)) : Math.round(rows);
  return whole < 1000 || whole >= 1e21 ? String(whole) : String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Bytes in the unit that fits: `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let value = bytes;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${value >= 100 || at === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[at] ?? ''}`;
}

/** A time in ms with the digits that matter. */
export function msText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 100 ? rowsText(ms) : ms.toFixed(2)} ms`;
}

/** A share of 1 as a percentage. */
export function shareText(share: number): string {
  return `${share > 0 && share < 0.001 ? '<0.1' : (share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** How often: `1 time`, `20 times`. */
export function timesText(times: number): string {
  return `${rowsText(times)} time${times === 1 ? '' : 's'}`;
}

/** How far an estimate is off: `×12`. */
export function errorText(error: number): string {
  return `×${error >= 10 ? rowsText(Math.round(error)) : error.toFixed(1)}`;
}
