import { isInherited } from './cell-reader.ts';
import type { CellTest, Key, RowTest } from './row-test.ts';

/** What generated code refers to by index: names of fields, values and functions. None of it is ever part of the code. */
export class CodeInputs {
  readonly keys: Key[] = [];
  readonly values: unknown[] = [];

  /** The name in the code of a field's key. */
  key(key: Key): string {
    const known = this.keys.indexOf(key);
    return `k${known < 0 ? this.keys.push(key) - 1 : known}`;
  }

  /** The name in the code of a value or function. */
  value(value: unknown): string {
    return `v${this.values.push(value) - 1}`;
  }

  /** Declares all names: the code is a function of `k` and `v`, these two lists. */
  declarations(): string {
    const names = [
      ...this.keys.map((_, i) => `k${i}=k[${i}]`),
      ...this.values.map((_, i) => `v${i}=v[${i}]`),
    ];
    return names.length === 0 ? '' : `const ${names.join()};`;
  }

  /** Code that reads a field of `r`: null or undefined where it is missing. */
  cell(key: Key): string {
    const name = this.key(key);
    return isInherited(key) ? `(Object.hasOwn(r,${name})?r[${name}]:null)` : `r[${name}]`;
  }
}

/** A test as an expression over `r`, a row, and `x`, a variable to use. It says what `testClosure` says. */
export function testCode(test: RowTest, inputs: CodeInputs): string {
  switch (test.kind) {
    case 'all':
      return joined(test.tests, '&&', 'true', inputs);
    case 'any':
      return joined(test.tests, '||', 'false', inputs);
    case 'null':
      return `${inputs.cell(test.key)}${test.negated ? '!=' : '=='}null`;
    case 'cell':
      return cellCode(test, inputs);
  }
}

function joined(tests: readonly RowTest[], sign: '&&' | '||', none: string, inputs: CodeInputs): string {
  if (tests.length === 0) return none;
  return `(${tests.map((test) => testCode(test, inputs)).join(sign)})`;
}

function cellCode(test: CellTest, inputs: CodeInputs): string {
  const present = `(x=${inputs.cell(test.key)})!=null`;
  const read = test.read === undefined ? 'x' : `x=${inputs.value(test.read)}(x)`;
  const relation = relationCode(test, inputs);
  return `(${present}&&(${read},${test.negated ? `!(${relation})` : relation}))`;
}

function relationCode({ relation, operands, compare }: CellTest, inputs: CodeInputs): string {
  const [low = '', high = ''] = operands.map((operand) => inputs.value(operand));
  const order = compare === undefined ? undefined : inputs.value(compare);
  switch (relation) {
    case 'eq':
      return `x===${low}`;
    case 'lt':
      return order === undefined ? `x<${low}` : `${order}(x,${low})<0`;
    case 'lte':
      return order === undefined ? `x<=${low}` : `${order}(x,${low})<=0`;
    case 'between':
      return order === undefined ? `${low}<=x&&x<=${high}` : `${order}(x,${low})>=0&&${order}(x,${high})<=0`;
    case 'among':
      return `${low}.has(x)`;
    case 'contains':
      return `x.includes(${low})`;
    case 'startsWith':
      return `x.startsWith(${low})`;
    case 'endsWith':
      return `x.endsWith(${low})`;
    case 'regex':
      return `${low}.test(x)`;
  }
}
