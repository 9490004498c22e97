/**
 * Runs code whose only inputs are `values`, by `names`, and gives back what it returns; undefined where no code may be generated
 * (a content security policy, `--disallow-code-generation-from-strings`). Callers pass code made of fixed words and numbers alone.
 */
export function generate(names: readonly string[], code: string, values: readonly unknown[]): unknown {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- names and values of callers are arguments, never text of the code
    const made: unknown = new Function(...names, code);
    return typeof made === 'function' ? Reflect.apply(made, undefined, values) : undefined;
  } catch (cause) {
    if (cause instanceof EvalError) return undefined;
    throw cause;
  }
}
