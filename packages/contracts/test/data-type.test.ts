import { isNumeric, parseDataType, printDataType } from '@perf/contracts';
import type { DataType } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const { type: dataType } = fc.letrec<{ type: DataType; item: DataType }>((tie) => ({
  item: fc.oneof(
    fc.constantFrom<DataType>(
      { kind: 'bool' },
      { kind: 'int32' },
      { kind: 'int64' },
      { kind: 'float64' },
      { kind: 'utf8' },
      { kind: 'date' },
      { kind: 'binary' },
      { kind: 'json' },
    ),
    fc
      .constantFrom('s' as const, 'ms' as const, 'us' as const, 'ns' as const)
      .map((unit): DataType => ({ kind: 'timestamp', unit })),
    fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc
          .integer({ min: 0, max: precision })
          .map((scale): DataType => ({ kind: 'decimal', precision, scale })),
      ),
  ),
  type: fc.oneof(
    { depthSize: 'small' },
    tie('item'),
    tie('type').map((item): DataType => ({ kind: 'list', item })),
  ),
}));

describe('parseDataType', () => {
  it('reads what printDataType prints', () => {
    fc.assert(
      fc.property(dataType, (type) => {
        expect(parseDataType(printDataType(type))).toEqual(type);
      }),
    );
  });

  it('reads nothing else: what it reads prints the same text', () => {
    const near = fc.oneof(
      fc.string(),
      dataType
        .map(printDataType)
        .chain((text) => fc.constantFrom(`${text} `, text.toUpperCase(), `${text}>`, `<${text}`)),
    );

    fc.assert(
      fc.property(near, (text) => {
        const type = parseDataType(text);
        expect(type === undefined || printDataType(type) === text).toBe(true);
      }),
    );
  });

  it.each([
    'decimal(0,0)',
    'decimal(39,0)',
    'decimal(5,6)',
    'decimal(05,2)',
    'decimal(5,02)',
    'decimal(5, 2)',
    'timestamp(m)',
    'timestamp()',
    'list<>',
    'list<int32',
    'int32>',
    'list<int32>>',
    'constructor',
    '__proto__',
    '',
  ])('refuses %j', (text) => {
    expect(parseDataType(text)).toBeUndefined();
  });

  it('reads and prints lists of any depth', () => {
    const text = `${'list<'.repeat(20_000)}utf8${'>'.repeat(20_000)}`;
    const type = parseDataType(text);

    expect(type === undefined ? 'none' : printDataType(type) === text).toBe(true);
  });
});

describe('isNumeric', () => {
  it.each([
    ['int32', true],
    ['int64', true],
    ['float64', true],
    ['decimal(4,2)', true],
    ['bool', false],
    ['utf8', false],
    ['date', false],
    ['list<int32>', false],
  ])('says of %s: %s', (text, expected) => {
    expect(isNumeric(parseDataType(text) ?? { kind: 'utf8' })).toBe(expected);
  });
});
