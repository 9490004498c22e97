import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --remote-debugging-port=0';

/** A page in a Chromium of its own, over its debugging protocol. */
export class Page implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #close: () => Promise<void>;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  /** Faults of the page: exceptions, and what its security policy has refused. */
  readonly faults: unknown[] = [];
  #next = 1;
  #loaded = Promise.withResolvers<void>();

  private constructor(socket: WebSocket, close: () => Promise<void>) {
    this.#socket = socket;
    this.#close = close;
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(String(data))));
  }

  static async open(program: string): Promise<Page> {
    const folder = await mkdtemp(join(tmpdir(), 'perf-chromium-'));
    const browser = spawn(program, [...FLAGS.split(' '), `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const close = async (): Promise<void> => {
      const ended = once(browser, 'exit');
      if (browser.exitCode === null && browser.kill('SIGKILL')) await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    try {
      for await (const line of createInterface({ input: browser.stderr })) {
        const [, host] = /ws:\/\/([^/]+)/.exec(line) ?? [];
        if (host === undefined) continue;
        const socket = new WebSocket(await pageAddress(host));
        await once(socket, 'open');
        const page = new Page(socket, close);
        for (const domain of ['Page', 'Runtime', 'Log']) await page.#ask(`${domain}.enable`, {});
        return page;
      }
      throw new Error('Chromium ended before it listened');
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Shows a file and waits until it is loaded. */
  async show(url: string): Promise<void> {
    this.#loaded = Promise.withResolvers();
    await this.#ask('Page.navigate', { url });
    await this.#loaded.promise;
  }

  /** The value of an expression in the page. */
  async value(expression: string): Promise<unknown> {
    const answer = await this.#ask('Runtime.evaluate', { expression, returnByValue: true });
    return fieldOf(fieldOf(answer, 'result'), 'value');
  }

  /** Presses a key as a person does. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : key === 'Enter' ? { text: '\r' } : {};
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.#ask('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#close();
  }

  #hear(message: unknown): void {
    const [id, method] = [fieldOf(message, 'id'), fieldOf(message, 'method')];
    if (typeof id === 'number') {
      this.#waiting.get(id)?.(fieldOf(message, 'result'));
      this.#waiting.delete(id);
    }
    if (method === 'Page.loadEventFired') this.#loaded.resolve();
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      this.faults.push(fieldOf(message, 'params'));
  }

  async #ask(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}

async function pageAddress(host: string): Promise<string> {
  const pages: unknown = await (await fetch(`http://${host}/json`)).json();
  const list: readonly unknown[] = Array.isArray(pages) ? pages : [];
  const page = list.find((one) => fieldOf(one, 'type') === 'page');
  return String(fieldOf(page, 'webSocketDebuggerUrl'));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}
