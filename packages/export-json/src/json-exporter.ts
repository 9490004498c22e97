import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
} from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { TableEncoder, exportFrom, packerFor, runExport } from '@perf/export-core';
import { jsonPlan } from './json-layout.ts';
import type { JsonOptions, JsonStyle } from './json-options.ts';
import { jsonStyle } from './json-options.ts';

/** Makes an exporter that writes JSON or NDJSON. Options are checked here; the exporter may be used many times, also at once. */
export function createJsonExporter(options: JsonOptions = {}): Exporter {
  return new JsonExporter(jsonStyle(options));
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

class JsonExporter implements Exporter {
  readonly format: string;
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: true,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: JsonStyle;

  constructor(style: JsonStyle) {
    this.format = style.format;
    this.#style = style;
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const style = this.#style;
    const { compression, now, hashOn, ...shape } = style;
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: (schema) => {
        const { layout, room, warnings } = jsonPlan(schema, style);
        return new TableEncoder(schema, layout, room, warnings);
      },
      packer: compression === undefined ? undefined : () => packerFor(compression),
      shape: { ...shape, compression },
      compression: compression?.format,
      now,
      hashOn,
    });
  }
}
