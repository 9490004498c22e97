import type { ColumnFormat } from '@perf/contracts';

/** Shows an instant, given in epoch ms. */
export type InstantFormat = (ms: number) => string;

type Style = 'short' | 'medium' | 'long';

/** From here on no time zone's calendar shows a year before 1. */
const SURELY_OF_THIS_ERA = Date.parse('0001-01-02T00:00:00.000Z');

/**
 * Days, or days and times of day, as `Intl` writes them in a language. Its styles tell no era, so years before 1 are written by their
 * parts, with the era.
 */
export function instantFormat(
  { type, style }: Extract<ColumnFormat, { type: 'date' | 'datetime' }>,
  locale: string,
  timeZone: string,
): InstantFormat {
  const hasTime = type === 'datetime';
  const usual = new Intl.DateTimeFormat(locale, {
    dateStyle: style,
    ...(hasTime ? { timeStyle: style } : {}),
    timeZone,
  });
  const eras = new Intl.DateTimeFormat('en-US', { era: 'short', timeZone });
  const withEra = new Intl.DateTimeFormat(locale, {
    ...dateParts(style),
    ...(hasTime ? timeParts(style) : {}),
    timeZone,
  });
  const isOfThisEra = (ms: number): boolean =>
    ms >= SURELY_OF_THIS_ERA || eras.formatToParts(ms).some(({ value }) => value === 'AD');
  return (ms) => (isOfThisEra(ms) ? usual : withEra).format(ms);
}

function dateParts(style: Style): Intl.DateTimeFormatOptions {
  const month = style === 'short' ? 'numeric' : style === 'medium' ? 'short' : 'long';
  return { era: 'short', year: 'numeric', month, day: 'numeric' };
}

function timeParts(style: Style): Intl.DateTimeFormatOptions {
  return {
    hour: 'numeric',
    minute: '2-digit',
    ...(style === 'short' ? {} : { second: '2-digit' }),
    ...(style === 'long' ? { timeZoneName: 'short' } : {}),
  };
}
