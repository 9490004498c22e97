import type { Encryption } from './document-info.ts';

/** Encryption as pdfkit's options say it. */
export function passwords({
  userPassword,
  ownerPassword,
  permissions = {},
}: Encryption): PDFKit.PDFDocumentOptions {
  const { printing = true, copying = true, modifying = true } = permissions;
  return {
    ...(userPassword === undefined ? {} : { userPassword }),
    ...(ownerPassword === undefined ? {} : { ownerPassword }),
    permissions: {
      ...(printing ? { printing: 'highResolution' } : {}),
      copying,
      contentAccessibility: true,
      modifying,
      annotating: modifying,
      fillingForms: modifying,
      documentAssembly: modifying,
    },
  };
}
