import { PerfError } from '@perf/contracts';

/** Colours as `#rrggbb`. */
export interface Colors {
  /** Cells and title. @default '#1a1a1a' */
  readonly text?: string;
  /** Titles of columns. @default '#1a1a1a' */
  readonly headerText?: string;
  /** Behind them. @default '#e3e8ef' */
  readonly headerFill?: string;
  /** Behind every other row. @default '#f5f7fa' */
  readonly stripe?: string;
  /** Lines between rows and columns. @default '#c5ccd6' */
  readonly rule?: string;
  /** Subtitle, header and footer. @default '#5b6573' */
  readonly muted?: string;
}

const DEFAULTS: Readonly<Required<Colors>> = {
  text: '#1a1a1a',
  headerText: '#1a1a1a',
  headerFill: '#e3e8ef',
  stripe: '#f5f7fa',
  rule: '#c5ccd6',
  muted: '#5b6573',
};

/** The three operands of a colour in content streams. */
export type ColorOperands = Readonly<Record<keyof Colors, string>>;

/** Checks colours and turns them into operands, as in `.1 .1 .1`. */
export function colorOperands(colors: Colors = {}): ColorOperands {
  const all = { ...DEFAULTS, ...colors };
  return {
    text: operands('text', all.text),
    headerText: operands('headerText', all.headerText),
    headerFill: operands('headerFill', all.headerFill),
    stripe: operands('stripe', all.stripe),
    rule: operands('rule', all.rule),
    muted: operands('muted', all.muted),
  };
}

function operands(name: string, color: string): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (match === null)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `colors.${name} must be as #1a2b3c, got ${JSON.stringify(color)}`,
    );
  return match
    .slice(1)
    .map((part) => String(Math.round((Number.parseInt(part, 16) / 255) * 1000) / 1000))
    .join(' ');
}
