import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runReader } from '@perf/services/readers';

/** Programs that read a workbook, for `missingReaderTools`. */
export const OTHERS = ['python3', 'openpyxl', 'soffice'] as const;

/** A cell as openpyxl has it. */
export interface ReadCell {
  readonly value: unknown;
  readonly format: string;
  /** Fill and lower border: `FFEEEEEE thin`. */
  readonly look: string;
}

const OPENPYXL = `
import datetime, json, sys, openpyxl
def value_of(cell):
    return cell.value.isoformat() if isinstance(cell.value, datetime.datetime) else cell.value
sheet = openpyxl.load_workbook(sys.argv[1])[sys.argv[2]]
print(json.dumps({
    cell.coordinate: {'value': value_of(cell), 'format': cell.number_format,
        'look': f'{cell.fill.fgColor.rgb} {cell.border.bottom.style}'}
    for row in sheet.iter_rows() for cell in row
    if cell.value is not None or cell.has_style
}))
`;

/** The cells of a sheet that are there, by name, as openpyxl reads them; what it warns of is an error. */
export async function readByOpenpyxl(
  path: string,
  sheet: string,
): Promise<ReadonlyMap<string, Partial<ReadCell>>> {
  const said: unknown = JSON.parse(await runReader('python3', ['-W', 'error', '-c', OPENPYXL, path, sheet]));
  return new Map(Object.entries(said ?? {}));
}

/** The rows of the first sheet as LibreOffice shows them, without those that are empty. No cell may hold a semicolon or a line break. */
export async function readByLibreOffice(path: string): Promise<string[][]> {
  const folder = dirname(path);
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
  const filter = 'csv:Text - txt - csv (StarCalc):59,34,76,1';
  await runReader('soffice', ['--headless', profile, '--convert-to', filter, '--outdir', folder, path]);
  const text = await readFile(join(folder, basename(path).replace('.xlsx', '.csv')), 'utf8');
  const lines = text.split('\n').filter((line) => line.replaceAll(';', '') !== '');
  return lines.map((line) => line.split(';').map(unquoted));
}

function unquoted(cell: string): string {
  return cell.replaceAll(/^"|"$/g, '').replaceAll('""', '"');
}
