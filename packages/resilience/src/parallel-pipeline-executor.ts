import { checkCount } from './check-number.ts';
import { Limit } from './limit.ts';
import { PipelineSource } from './pipeline-source.ts';
import type { StageContext } from './pipeline-window.ts';
import { PipelineWindow } from './pipeline-window.ts';
import { stopError, throwIfStopped } from './stop-error.ts';

/** One step that each item takes. */
export interface Stage<Input, Output> {
  readonly run: (input: Input, context: StageContext) => Output | Promise<Output>;
  /** Items in this stage at once. 1: one after the other, and in the first stage also in their order. @default 3 */
  readonly concurrency?: number;
}

/** How a run is stopped from outside. */
export interface PipelineRunOptions {
  /** Ends the run with `ERR_PERF_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

type RunItem<Input, Output> = (input: Input, context: StageContext) => Promise<Output>;

/**
 * Takes items through stages that overlap: while one item is analysed, the next is executed and the one after it planned. Results come
 * in the order of the items, and equal those of a sequential run, errors included: when an item fails, those before it still come,
 * those after it are aborted and not begun. At most as many items are under way as the stages take together.
 *
 * @example
 * const executor = ParallelPipelineExecutor.of({ run: plan, concurrency: 1 }).pipe({ run: execute }).pipe({ run: analyse });
 * for await (const analysis of executor.run(queries)) report(analysis);
 */
export class ParallelPipelineExecutor<Input, Output> {
  readonly #runItem: RunItem<Input, Output>;
  readonly #width: number;

  private constructor(runItem: RunItem<Input, Output>, width: number) {
    this.#runItem = runItem;
    this.#width = width;
  }

  /** An executor of one stage. */
  static of<Input, Output>(stage: Stage<Input, Output>): ParallelPipelineExecutor<Input, Output> {
    const [run, width] = limited(stage);
    return new ParallelPipelineExecutor(run, width);
  }

  /** An executor with one stage more. */
  pipe<Next>(stage: Stage<Output, Next>): ParallelPipelineExecutor<Input, Next> {
    const [run, width] = limited(stage);
    const runItem: RunItem<Input, Next> = async (input, context) =>
      run(await this.#runItem(input, context), context);
    return new ParallelPipelineExecutor(runItem, this.#width + width);
  }

  /**
   * The results, in the order of `inputs`, which is read only as fast as results are taken. Leaving the loop aborts what is under way.
   * It ends only when nothing runs any more, so a stage must heed its signal. Runs at the same time share the stages.
   */
  async *run(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    { signal }: PipelineRunOptions = {},
  ): AsyncGenerator<Output, void, undefined> {
    const window = new PipelineWindow<Output>();
    const source = new PipelineSource(inputs);
    const stop = (): void => {
      source.stop();
      window.abortFrom(0, signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for (let index = 0; ;) {
        throwIfStopped(signal, 'the pipeline');
        const wantsMore = !source.isOver && !window.hasFailed && window.size < this.#width;
        if (!wantsMore && window.size === 0) return;
        await Promise.race([...window.eldest, ...(wantsMore ? [source.ready()] : [])]);
        if (window.isReady) yield await window.take();
        else {
          const read = source.take();
          if (read !== undefined) window.start(async (context) => this.#runItem(read(), context), index++);
        }
      }
    } catch (error) {
      throw signal?.aborted === true ? stopError(signal, 'the pipeline') : error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await Promise.all([window.end(), source.close()]);
    }
  }
}

/** The stage as a function that never runs more at once than it may, and how many that is. */
function limited<Input, Output>(stage: Stage<Input, Output>): readonly [RunItem<Input, Output>, number] {
  const concurrency = checkCount('concurrency', stage.concurrency ?? 3, 1);
  const limit = new Limit(concurrency, { name: 'a pipeline stage' });
  return [
    async (input, context) => limit.run(() => stage.run(input, context), { signal: context.signal }),
    concurrency,
  ];
}
