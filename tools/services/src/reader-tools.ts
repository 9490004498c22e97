import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { aptInstall, canAptInstall } from './apt-install.ts';
import { findBinary } from './find-binary.ts';
import { serversAreRequired } from './required.ts';

const run = promisify(execFile);

/** Programs of other people that read files back, and the Debian packages they come in. */
const PACKAGES = {
  chromium: 'chromium',
  gunzip: 'gzip',
  lz4: 'lz4',
  mutool: 'mupdf-tools',
  openpyxl: 'python3-openpyxl',
  pdffonts: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  pdftotext: 'poppler-utils',
  python3: 'python3',
  qpdf: 'qpdf',
  soffice: 'libreoffice-calc-nogui',
  ssconvert: 'gnumeric',
  unzip: 'unzip',
  xmllint: 'libxml2-utils',
  zstd: 'zstd',
} as const;

/** The name of a reader. `openpyxl` is a module of Debian's Python: run it by `python3`. */
export type ReaderTool = keyof typeof PACKAGES;

/** Debian's own Python, which has Debian's modules whatever else calls itself python3. */
const FOLDERS = ['/usr/bin', '/bin'];

/**
 * Makes sure that readers are there, installing what may be installed. Gives the line that says what is missing, for a skipped
 * suite's title; undefined when all are there. Throws instead where services are required.
 *
 * @example
 * const missing = await missingReaderTools(['soffice', 'openpyxl']);
 * describe.skipIf(missing !== undefined)(`a workbook read by others ${missing ?? ''}`, () => { … });
 */
export async function missingReaderTools(names: readonly ReaderTool[]): Promise<string | undefined> {
  for (const name of names) {
    if (await isThere(name)) continue;
    if (canAptInstall() && (await aptInstall(PACKAGES[name])) && (await isThere(name))) continue;
    const line = `no ${name}: install the Debian package ${PACKAGES[name]}`;
    if (serversAreRequired()) throw new Error(line);
    return line;
  }
  return undefined;
}

/** Runs a reader to its end and gives its standard output. Rejects with what it said when it fails. */
export async function runReader(
  name: Exclude<ReaderTool, 'openpyxl'>,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<string> {
  const file = findBinary(name, FOLDERS);
  if (file === undefined) throw new Error(`no ${name}: install the Debian package ${PACKAGES[name]}`);
  const { stdout } = await run(file, [...args], {
    ...options,
    maxBuffer: 512 * 1024 * 1024,
    encoding: 'utf8',
  });
  return stdout;
}

async function isThere(name: ReaderTool): Promise<boolean> {
  if (name !== 'openpyxl') return findBinary(name, FOLDERS) !== undefined;
  const python = findBinary('python3', FOLDERS);
  if (python === undefined) return false;
  return run(python, ['-c', 'import openpyxl']).then(
    () => true,
    () => false,
  );
}
