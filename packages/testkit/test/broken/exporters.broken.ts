import type { BatchSource, ExportManifest, ExportOptions, ExportSink } from '@perf/contracts';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { LineExporter, readLines, shownInLine } from '../line-exporter.ts';

class Sound extends LineExporter {}

class LosesNulls extends LineExporter {
  override line(row: readonly unknown[]): string {
    return super.line(row.map((cell) => cell ?? ''));
  }
}

class RoundsBigints extends LineExporter {
  override line(row: readonly unknown[]): string {
    return super.line(row.map((cell) => (typeof cell === 'bigint' ? String(Number(cell)) : cell)));
  }
}

class LeavesSinkOpen extends LineExporter {
  override async giveUp(): Promise<void> {
    // Broken on purpose: a part stays where a whole one may be expected.
  }
}

class ThrowsFromAbort extends LineExporter {
  override async giveUp(sink: ExportSink, reason: unknown): Promise<void> {
    await sink.abort(reason);
  }
}

class WaitsForTheSource extends LineExporter {
  override pull<T>(batches: AsyncIterator<T>): Promise<IteratorResult<T>> {
    return super.pull(batches, undefined);
  }
}

class MiscountsBytes extends LineExporter {
  override async export(
    source: BatchSource,
    sink: ExportSink,
    options?: ExportOptions,
  ): Promise<ExportManifest> {
    const manifest = await super.export(source, sink, options);
    return { ...manifest, bytes: manifest.bytes + 1 };
  }
}

class NumbersLines extends LineExporter {
  #lines = 0;

  override line(row: readonly unknown[]): string {
    return super.line([this.#lines++, ...row.slice(1)]);
  }
}

class SwallowsCheckpoints extends LineExporter {
  override export(
    source: BatchSource,
    sink: ExportSink,
    options: ExportOptions = {},
  ): Promise<ExportManifest> {
    return super.export(source, sink, { ...options, checkpoint: undefined });
  }
}

const EXPORTERS = {
  Sound,
  LosesNulls,
  RoundsBigints,
  LeavesSinkOpen,
  ThrowsFromAbort,
  WaitsForTheSource,
  MiscountsBytes,
  NumbersLines,
  SwallowsCheckpoints,
};

for (const [name, Made] of Object.entries(EXPORTERS)) {
  describe(`exporter ${name}`, () => {
    exporterSuite({ create: () => new Made(), read: readLines, shown: shownInLine, timeoutMs: 3_000 });
  });
}
