import { registerHooks } from 'node:module';
import { PerfError } from '@perf/contracts';

/** A text in a source that is replaced by another. */
export interface TextEdit {
  /** The end of the file's path. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/**
 * Has files changed as they are loaded; call it before they are. Works on sources only: the text must stand there exactly once, otherwise
 * loading fails with `ERR_PERF_RUN_INVALID`. @param name of the change, for messages
 */
export function breakText(name: string, edits: readonly TextEdit[]): { expectDone(): void } {
  const open = new Set(edits);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = edits.filter(({ file }) => url.endsWith(file));
      if (mine.length === 0) return loaded;
      let text = textOf(loaded.source);
      for (const edit of mine) {
        if (text.split(edit.find).length !== 2)
          throw new PerfError(
            'ERR_PERF_RUN_INVALID',
            `${name}: ${edit.file} does not hold once: ${edit.find}`,
          );
        text = text.replace(edit.find, () => edit.put);
        open.delete(edit);
      }
      return { ...loaded, source: text };
    },
  });
  return {
    expectDone() {
      const [left] = open;
      if (left !== undefined)
        throw new PerfError('ERR_PERF_RUN_INVALID', `${name}: ${left.file} was not loaded`);
    },
  };
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return Buffer.from(source).toString();
  throw new PerfError('ERR_PERF_RUN_INVALID', 'a module was loaded without its text');
}
