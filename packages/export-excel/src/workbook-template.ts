import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { ZipCopy } from '@perf/export-core';
import { readZip, unzipEntry } from '@perf/export-core';
import { dateStyles } from './date-styles.ts';
import type { Attachment } from './left-behind.ts';
import { SheetTemplate } from './sheet-template.ts';
import { elementsOf } from './xml-read.ts';

/** Largest sheet to fill, unpacked: it is held in memory. */
const MAX_SHEET_BYTES = 64 * 1024 * 1024;
const MAX_PART_BYTES = 8 * 1024 * 1024;

/** Parts of a sheet by the kind of their relation, and the elements in them that name cells. */
const ATTACHED = [
  { kind: 'table', element: 'table', what: 'a table' },
  { kind: 'comments', element: 'comment', what: 'a comment' },
  { kind: 'pivotTable', element: 'location', what: 'a pivot table' },
];

/** A workbook to fill: its parts as they stand in the archive, and the sheet for the data. */
export interface WorkbookTemplate {
  readonly sheet: SheetTemplate;
  readonly sheetPath: string;
  /** Parts before and after the sheet. */
  readonly before: readonly ZipCopy[];
  readonly after: readonly ZipCopy[];
  /** Numbers of the styles that show days and times. */
  readonly dateStyles: ReadonlySet<number>;
  /** Tells workbooks apart, for checkpoints. */
  readonly sha256: string;
}

/** Which sheet of a workbook is filled, and where. */
export interface FillPlace {
  readonly sheetName?: string | undefined;
  readonly startCell?: string | undefined;
}

/** Reads a workbook to fill. Throws when it is none, or when its sheet cannot be filled. */
export function openWorkbook(bytes: Uint8Array, { sheetName, startCell }: FillPlace): WorkbookTemplate {
  const parts = readZip(bytes);
  const workbookPath = relationsOf(parts, '').get('officeDocument')?.[0]?.target ?? 'xl/workbook.xml';
  const sheets = elementsOf(textOf(parts, workbookPath), 'sheet');
  const names = sheets.map((sheet) => sheet.get('name') ?? '');
  const chosen = sheetName === undefined ? sheets[0] : sheets[names.indexOf(sheetName)];
  if (chosen === undefined)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `the workbook has no sheet ${JSON.stringify(sheetName)}; it has ${names.join(', ') || 'none'}`,
    );
  const id = [...chosen].find(([name]) => name.endsWith(':id'))?.[1];
  const relations = relationsOf(parts, workbookPath);
  const sheetPath = relations.get('worksheet')?.find((relation) => relation.id === id)?.target;
  if (sheetPath === undefined) throw broken(`its sheet ${chosen.get('name') ?? ''} has no part`);
  const stylesPath = relations.get('styles')?.[0]?.target;
  const at = parts.findIndex(({ name }) => name === sheetPath);
  const sheet = new SheetTemplate({
    xml: textOf(parts, sheetPath, MAX_SHEET_BYTES),
    name: chosen.get('name') ?? '',
    startCell,
    attachments: attachmentsOf(parts, sheetPath),
  });
  return {
    sheet,
    sheetPath,
    before: parts.slice(0, at),
    after: parts.slice(at + 1),
    dateStyles: dateStyles(stylesPath === undefined ? '' : textOf(parts, stylesPath, MAX_SHEET_BYTES)),
    sha256: hashOf(parts),
  };
}

/** Tables, comments and pivot tables of a sheet. */
function attachmentsOf(parts: readonly ZipCopy[], sheetPath: string): Attachment[] {
  const relations = relationsOf(parts, sheetPath);
  return ATTACHED.flatMap(({ kind, element, what }) =>
    (relations.get(kind) ?? [])
      .flatMap(({ target }) => elementsOf(textOf(parts, target, MAX_SHEET_BYTES), element))
      .map((found) => ({ what, ref: found.get('ref') ?? '' })),
  );
}

/** Of names and packed bytes: when an archive was packed is no part of what it is. */
function hashOf(parts: readonly ZipCopy[]): string {
  const hash = createHash('sha256');
  for (const { name, bytes } of parts) hash.update(`${name}\n${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

interface Relation {
  readonly id: string;
  readonly target: string;
}

/** What a part refers to inside the package, by the last word of the kind. @param path of the part; empty: the package */
function relationsOf(parts: readonly ZipCopy[], path: string): ReadonlyMap<string, readonly Relation[]> {
  const folder = posix.dirname(path);
  const file = posix.join(folder, '_rels', `${posix.basename(path)}.rels`);
  const found = new Map<string, Relation[]>();
  if (!parts.some(({ name }) => name === file)) return found;
  for (const relation of elementsOf(textOf(parts, file), 'Relationship')) {
    const target = relation.get('Target') ?? '';
    const kind = posix.basename(relation.get('Type') ?? '');
    const list = found.get(kind) ?? [];
    list.push({
      id: relation.get('Id') ?? '',
      target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
    });
    found.set(kind, list);
  }
  return found;
}

function textOf(parts: readonly ZipCopy[], path: string, maxBytes: number = MAX_PART_BYTES): string {
  const part = parts.find(({ name }) => name === path);
  if (part === undefined) throw broken(`${path} is missing`);
  return unzipEntry(part, maxBytes).toString('utf8');
}

function broken(what: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `this is no workbook that can be filled: ${what}`);
}
