/** A value of the row form as an SQL literal that most engines read. */
export function sqlLiteral(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'TRUE' : 'FALSE';
    case 'string':
      return quoted(value);
    case 'object':
      if (value === null) return 'NULL';
      if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
      if (value instanceof Date) return quoted(value.toISOString().replace('T', ' ').replace('Z', ''));
      return Array.isArray(value) ? `[${value.map(sqlLiteral).join(', ')}]` : quoted(JSON.stringify(value));
    case 'undefined':
    case 'function':
    case 'symbol':
      return 'NULL';
  }
}

/** An instant in µs or ns since the epoch as `'2001-02-28 01:02:03.000004'`. */
export function instantLiteral(instant: bigint, perSecond: bigint): string {
  const below = ((instant % perSecond) + perSecond) % perSecond;
  const seconds = Number((instant - below) / perSecond);
  const digits = String(perSecond).length - 1;
  const date = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `'${date}.${String(below).padStart(digits, '0')}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
