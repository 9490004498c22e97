/** Where progress is shown. */
interface Screen {
  readonly isTTY?: boolean | undefined;
  /** Signs in a line. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Parts of a bar. */
const CELLS = 24;
/** Share of a step between two lines where there is no terminal. */
const LINE_SHARE = 0.25;

/** One line that is written over again on a terminal; elsewhere a new line at each quarter. */
export class ProgressLine {
  readonly #screen: Screen;
  #step = '';
  #told = 0;
  #isOpen = false;

  constructor(screen: Screen = process.stderr) {
    this.#screen = screen;
  }

  /** @param done share of the step, 0 to 1; 1 ends the line */
  show(step: string, done: number, more = ''): void {
    const share = Math.min(1, Math.max(0, done));
    const begins = step !== this.#step;
    if (begins) this.#told = 0;
    this.#step = step;
    const text = `${step} ${bar(share)} ${String(Math.floor(share * 100)).padStart(3)} % ${more}`.trimEnd();
    if (this.#screen.isTTY === true) {
      // A line that wraps could not be written over. A terminal that does not know its width says 0.
      const { columns = 0 } = this.#screen;
      const fitting = text.slice(0, (columns > 0 ? columns : 80) - 1);
      this.#screen.write(
        `${this.#isOpen && begins ? '\n' : ''}\r\u001B[2K${fitting}${share === 1 ? '\n' : ''}`,
      );
      this.#isOpen = share < 1;
      return;
    }
    if (share < 1 && share < this.#told + LINE_SHARE) return;
    if (share === 1 && this.#told === 1) return;
    this.#told = share;
    this.#screen.write(`${text}\n`);
  }

  /** Leaves the line, so that what is printed next begins on one of its own. */
  end(): void {
    if (this.#isOpen) this.#screen.write('\n');
    this.#isOpen = false;
  }
}

function bar(share: number): string {
  const full = Math.round(share * CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}]`;
}
