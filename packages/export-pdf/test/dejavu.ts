import { existsSync } from 'node:fs';

const FOLDER = '/usr/share/fonts/truetype/dejavu';

/** Fonts of the Debian package fonts-dejavu-core. */
export const DEJAVU = {
  sans: `${FOLDER}/DejaVuSans.ttf`,
  bold: `${FOLDER}/DejaVuSans-Bold.ttf`,
  mono: `${FOLDER}/DejaVuSansMono.ttf`,
} as const;

/** The line that says the fonts are missing, for a skipped suite's title; undefined when they are there. */
export function missingDejavu(): string | undefined {
  const isThere = Object.values(DEJAVU).every((path) => existsSync(path));
  if (isThere) return undefined;
  if (process.env['PERF_REQUIRE_SERVICES'] === '1')
    throw new Error('no DejaVu fonts: install fonts-dejavu-core');
  return 'no DejaVu fonts: install the Debian package fonts-dejavu-core';
}
