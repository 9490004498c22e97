/** A table as text: columns as wide as their longest cell, numbers to the right. The first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const isNumber = widths.map((_, column) =>
    rows.slice(1).every((row) => /^$|^[-~<]?\d/.test(row[column] ?? '')),
  );
  const line = (row: readonly string[]): string =>
    widths
      .map((wide, column) => {
        const cell = row[column] ?? '';
        const blank = ' '.repeat(wide - width(cell));
        return isNumber[column] === true ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows.map(line);
  return [head, widths.map((wide) => '─'.repeat(wide)).join('  '), ...body].join('\n');
}

function width(text: string): number {
  return Array.from(text).length;
}

/** A time in ms with the digits that matter. */
export function ms(time: number): string {
  return time >= 100 ? time.toFixed(0) : time >= 1 ? time.toFixed(1) : time.toFixed(3);
}

/** A whole number with separators. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
