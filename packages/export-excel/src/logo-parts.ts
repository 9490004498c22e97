import type { Piece } from '@perf/export-core';
import { entry } from './book.ts';
import type { Logo } from './logo.ts';

/** Points of the row that holds the logo, of the logo, and of the room around it. */
export const LOGO_ROW_POINTS = 38;
const LOGO_POINTS = 32;
const GAP_POINTS = 3;
/** Units of drawings in a point. */
const EMU = 12_700;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const DRAWING = 'http://schemas.openxmlformats.org/drawingml/2006';

/** The picture, the drawing that puts it into the top left corner of a sheet, 32 points high, and what joins the two. */
export function* logoParts({ bytes, type, width, height }: Logo): Generator<Piece> {
  const size = `cx="${Math.max(1, Math.round((LOGO_POINTS * EMU * width) / height))}" cy="${LOGO_POINTS * EMU}"`;
  const corner = ['col', 'row']
    .map((side) => `<xdr:${side}>0</xdr:${side}><xdr:${side}Off>${GAP_POINTS * EMU}</xdr:${side}Off>`)
    .join('');
  yield* entry(`xl/media/logo.${type}`, [bytes]);
  yield* entry(
    'xl/drawings/drawing1.xml',
    `${DECLARATION}<xdr:wsDr xmlns:xdr="${DRAWING}/spreadsheetDrawing" xmlns:a="${DRAWING}/main" xmlns:r="${OFFICE}">` +
      `<xdr:oneCellAnchor><xdr:from>${corner}</xdr:from><xdr:ext ${size}/>` +
      '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="Logo" descr="Logo"/><xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>' +
      '<xdr:blipFill><a:blip r:embed="logo"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>' +
      `<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext ${size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>` +
      '</xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>',
  );
  yield* entry(
    'xl/drawings/_rels/drawing1.xml.rels',
    `${DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
      `<Relationship Id="logo" Type="${OFFICE}/image" Target="../media/logo.${type}"/></Relationships>`,
  );
}
