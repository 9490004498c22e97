const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a date written `YYYY-MM-DD`; undefined when the text is not a real date. Years 0000 to 9999. */
export function dateToDays(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || daysToDate(ms / DAY_MS) !== text ? undefined : ms / DAY_MS;
}

/** The date `days` after 1970-01-01, as `YYYY-MM-DD`. */
export function daysToDate(days: number): string {
  const iso = new Date(days * DAY_MS).toISOString();
  return iso.slice(0, iso.indexOf('T'));
}
