import type { JobRequest } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { parseTemplate } from '@perf/export-core';

/** Longest request as JSON text. */
const MOST_CHARACTERS = 1_000_000;
const MOST_NAME_CHARACTERS = 200;
// oxlint-disable-next-line no-control-regex -- file names must not hold them
const UNSAFE_SIGNS = /[\u0000-\u001f\u007f/\\:*?"<>|]|^\.|[. ]$/;
/** Names that runs give to what they write. */
const NAME_OF_RUN = /^\d+\.(?:partial(?:\.[\da-f-]{36})?|checkpoint|checkpoint\.next)$/;

/**
 * Checks what somebody asks for and gives a copy of what is JSON in it. Throws `ERR_PERF_INVALID_OPTION` for names that are missing or too
 * long, a file name with a path in it, a template that is none, values that JSON cannot hold, and more than 1,000,000 characters of JSON.
 */
export function checkRequest(request: JobRequest): JobRequest {
  // Requests come from outside: nothing is there for certain.
  if (!isObject(request) || !isObject(request.source))
    throw invalid('a request must be an object with a source, which is an object too');
  const { source, format, template, options, owner, fileName } = request;
  mustBeName('source.name', source.name);
  mustBeName('format', format);
  mustBeName('owner', owner);
  if (fileName !== undefined) {
    mustBeName('fileName', fileName);
    if (
      UNSAFE_SIGNS.test(fileName) ||
      NAME_OF_RUN.test(fileName) ||
      Buffer.byteLength(fileName) > MOST_NAME_CHARACTERS
    )
      throw invalid(
        `fileName must be a plain name without a path, ${MOST_NAME_CHARACTERS} bytes at most, got ${JSON.stringify(fileName)}`,
      );
  }
  if (options !== undefined && (!isObject(options) || Array.isArray(options)))
    throw invalid('options must be an object');
  return {
    source: {
      name: source.name,
      ...(source.params === undefined ? {} : { params: jsonCopy('source.params', source.params) }),
    },
    format,
    ...(template === undefined ? {} : { template: parseTemplate(template) }),
    ...(options === undefined ? {} : { options: recordOf(jsonCopy('options', options)) }),
    owner,
    ...(fileName === undefined ? {} : { fileName }),
  };
}

/** Name of the file that a job writes. */
export function fileNameOf({ fileName, format }: JobRequest): string {
  return fileName ?? `export.${format.replaceAll(/[^\w.-]/g, '_')}`;
}

function mustBeName(what: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= MOST_NAME_CHARACTERS && name.isWellFormed())
    return;
  throw invalid(`${what} must be a text of 1 to ${MOST_NAME_CHARACTERS} characters`);
}

/** A copy that JSON would give back; throws for what would come back changed. */
function jsonCopy(what: string, value: unknown): unknown {
  mustBeJson(what, value);
  const text = JSON.stringify(value);
  if (text.length > MOST_CHARACTERS)
    throw invalid(`${what} has ${text.length} characters of JSON, ${MOST_CHARACTERS} at most`);
  const copy: unknown = JSON.parse(text);
  return copy;
}

const MOST_DEPTH = 64;

/** Looks at every value once for each place it stands at, and at no more of them than would fit. */
function mustBeJson(what: string, whole: unknown): void {
  let seen = 0;
  const check = (value: unknown, depth: number): void => {
    if (depth > MOST_DEPTH) throw invalid(`${what} is nested deeper than ${MOST_DEPTH} levels`);
    if (++seen > MOST_CHARACTERS) throw invalid(`${what} holds more than ${MOST_CHARACTERS} values`);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
    if (typeof value === 'number' && Number.isFinite(value)) return;
    if (!isObject(value) || !(Array.isArray(value) || isPlain(value)))
      throw invalid(`${what} holds ${kindOf(value)}, which JSON cannot hold`);
    for (const item of Object.values(value)) check(item, depth + 1);
    if (Array.isArray(value) && Object.keys(value).length !== value.length)
      throw invalid(`${what} holds an array with holes, which JSON cannot hold`);
  };
  check(whole, 0);
}

function kindOf(value: unknown): string {
  return typeof value === 'object' ? 'an object with a class' : `a ${typeof value}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
