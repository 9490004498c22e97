import { PerfError, abortError, isPerfError, throwIfAborted } from '@perf/contracts';
import { describe, expect, it } from 'vitest';

describe('isPerfError', () => {
  it('knows its own errors, by code when given', () => {
    const error = new PerfError('ERR_PERF_DISPOSED', 'gone');

    expect(isPerfError(error)).toBe(true);
    expect(isPerfError(error, 'ERR_PERF_DISPOSED')).toBe(true);
    expect(isPerfError(error, 'ERR_PERF_ABORTED')).toBe(false);
  });

  it('knows an error of another copy of the package', () => {
    const other = Object.assign(new Error('gone'), { name: 'PerfError', code: 'ERR_PERF_DISPOSED' });

    expect(isPerfError(other, 'ERR_PERF_DISPOSED')).toBe(true);
  });

  it.each([undefined, null, 'ERR_PERF_DISPOSED', { name: 'PerfError', code: 'x' }, new Error('x')])(
    'does not take %o for one',
    (value) => {
      expect(isPerfError(value)).toBe(false);
    },
  );
});

describe('PerfError', () => {
  it('has a retryAfterMs only when one was given', () => {
    const patient = new PerfError('ERR_PERF_OVERLOADED', 'later', { retryAfterMs: 500 });

    expect(patient.retryAfterMs).toBe(500);
    expect('retryAfterMs' in new PerfError('ERR_PERF_OVERLOADED', 'later')).toBe(false);
  });
});

describe('abortError', () => {
  it('says what was stopped and keeps the reason', () => {
    const reason = new Error('the client left');
    const error = abortError(AbortSignal.abort(reason), 'the export of flights.csv');

    expect(error).toMatchObject({ code: 'ERR_PERF_ABORTED', cause: reason, name: 'PerfError' });
    expect(error.message).toBe('the export of flights.csv was aborted');
  });
});

describe('throwIfAborted', () => {
  it('throws for an aborted signal only', () => {
    expect(() => throwIfAborted(undefined, 'it')).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal, 'it')).not.toThrow();
    expect(() => throwIfAborted(AbortSignal.abort(), 'it')).toThrow('it was aborted');
  });
});
