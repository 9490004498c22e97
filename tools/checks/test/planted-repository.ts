import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files of a made-up repository by path; an object is written as JSON. */
export type PlantedFiles = Readonly<Record<string, string | object>>;

/** A repository in a temp folder, removed when disposed. */
export interface PlantedRepository extends Disposable {
  readonly root: string;
}

/** Writes `files` into a new temp folder; later ones replace earlier ones of the same path. */
export function plant(...files: readonly PlantedFiles[]): PlantedRepository {
  const root = mkdtempSync(join(tmpdir(), 'perf-test-'));
  for (const [path, content] of Object.entries(Object.assign({}, ...files) as PlantedFiles)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return {
    root,
    [Symbol.dispose]() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
