import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';

/** A folder that goes when this is disposed, and also when the process ends before that. */
export class TemporaryFolder implements AsyncDisposable {
  readonly path: string;
  readonly #atExit = (): void => rmSync(this.path, { recursive: true, force: true });

  private constructor(path: string) {
    this.path = path;
    process.on('exit', this.#atExit);
  }

  /** @param prefix path without the six random signs at its end */
  static async make(prefix: string): Promise<TemporaryFolder> {
    return new TemporaryFolder(await mkdtemp(prefix));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    process.off('exit', this.#atExit);
  }
}
