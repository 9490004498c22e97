import type { ExportManifest, ExportOptions, ExportSink, Exporter } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { TableEncoder, exportFrom, packerFor, formatExporter } from '@perf/export-core';
import { jsonPlan } from './json-layout.ts';
import type { JsonOptions, JsonStyle } from './json-options.ts';
import { jsonStyle } from './json-options.ts';

/** Makes an exporter that writes JSON or NDJSON. Options are checked here; the exporter may be used many times, also at once. */
export function createJsonExporter(options: JsonOptions = {}): Exporter {
  return jsonExporter(jsonStyle(options));
}

/**
 * Writes batches or plain rows as one JSON array, a row a line, and resolves with the manifest.
 *
 * @example
 * await exportJson([{ id: 1, city: 'Zürich' }], fileSink('cities.json'));
 */
export async function exportJson(
  source: ExportInput,
  sink: ExportSink,
  options: Omit<JsonOptions, 'format'> & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createJsonExporter({ ...options, format: 'json' }), source, sink, options);
}

/**
 * Writes batches or plain rows as NDJSON, an object a line, and resolves with the manifest.
 *
 * @example
 * await exportNdjson(database.cursor(), writableSink(response), { signal });
 */
export async function exportNdjson(
  source: ExportInput,
  sink: ExportSink,
  options: Omit<JsonOptions, 'format'> & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createJsonExporter({ ...options, format: 'ndjson' }), source, sink, options);
}

function jsonExporter(style: JsonStyle): Exporter {
  const { compression, now, hashOn, ...shape } = style;
  return formatExporter({
    format: style.format,
    resumable: true,
    shape: { ...shape, compression },
    compression: compression?.format,
    now,
    hashOn,
    start: () => ({
      encoder: (schema) => {
        const { layout, room, warnings } = jsonPlan(schema, style);
        return new TableEncoder(schema, layout, room, warnings);
      },
      packer: compression === undefined ? undefined : () => packerFor(compression),
    }),
  });
}
