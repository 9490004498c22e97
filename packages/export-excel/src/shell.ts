/** Builds or changes a workbook of exceljs: `(workbook: ExcelJS.Workbook) => void`, typed so that nobody needs the types of exceljs. */
export type WorkbookShell = { shell(workbook: unknown): void | Promise<void> }['shell'];
