import { PerfError } from '@perf/contracts';

/** Builds or changes a workbook of exceljs: `(workbook: ExcelJS.Workbook) => void`, typed so that nobody needs the types of exceljs. */
export type WorkbookShell = { shell(workbook: unknown): void | Promise<void> }['shell'];

/** What is used of a workbook of exceljs. */
interface ShellWorkbook {
  created: Date;
  modified: Date;
  readonly xlsx: {
    load(bytes: ArrayBuffer): Promise<unknown>;
    writeBuffer(): Promise<Uint8Array>;
  };
}

/** Stands in every workbook that says no other, so that the same shell gives the same bytes. */
const CREATED = Date.UTC(2000, 0, 1);

/** Runs `shell` on a workbook of exceljs, an empty one or `workbook`, and gives the result as bytes. */
export async function buildShell(
  shell: WorkbookShell,
  workbook: Uint8Array | undefined,
): Promise<Uint8Array> {
  const built = newWorkbook(await loadExceljs());
  if (workbook !== undefined) await built.xlsx.load(Uint8Array.from(workbook).buffer);
  built.created = new Date(CREATED);
  built.modified = new Date(CREATED);
  await shell(built);
  return new Uint8Array(await built.xlsx.writeBuffer());
}

async function loadExceljs(): Promise<unknown> {
  try {
    const found: unknown = await import('exceljs');
    return found;
  } catch (cause) {
    throw new PerfError(
      'ERR_PERF_MISSING_PACKAGE',
      'the shell option needs exceljs, which is not installed: npm install exceljs@4.4.0',
      { cause },
    );
  }
}

function newWorkbook(exceljs: unknown): ShellWorkbook {
  const Workbook: unknown =
    propertyOf(exceljs, 'Workbook') ?? propertyOf(propertyOf(exceljs, 'default'), 'Workbook');
  const made: unknown = typeof Workbook === 'function' ? Reflect.construct(Workbook, []) : undefined;
  if (isWorkbook(made)) return made;
  throw new PerfError(
    'ERR_PERF_MISSING_PACKAGE',
    'the installed exceljs has no Workbook; install exceljs@4.4.0',
  );
}

function isWorkbook(value: unknown): value is ShellWorkbook {
  const xlsx = propertyOf(value, 'xlsx');
  return (
    typeof propertyOf(xlsx, 'load') === 'function' && typeof propertyOf(xlsx, 'writeBuffer') === 'function'
  );
}

function propertyOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return found;
}
