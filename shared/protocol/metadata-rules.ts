import { CONTROL, CONTROL_BUT_NEWLINE_AND_TAB, LONE_SURROGATE, OVERRIDE } from './characters.ts';
import type { Metadata } from './entities.ts';
import type { Issue } from './errors.ts';
import { limits } from './limits.ts';

/** What metadata may be. Does not import zod, so that `$connect`, which reads it from tokens, needs no zod. */

/** Keys that mean something else to programs that copy objects. */
const INHERITED = ['__proto__', 'constructor', 'prototype'];

const isAllowed = (text: string, controls: RegExp) =>
  ![controls, OVERRIDE, LONE_SURROGATE].some((pattern) => pattern.test(text));

function faultOfEntry(key: string, value: unknown): string | undefined {
  const { metadataKeyLength, metadataValueLength } = limits;
  if (INHERITED.includes(key)) return 'is not allowed as a key';
  if (key === '' || key.length > metadataKeyLength)
    return `must have a key of 1 to ${metadataKeyLength} characters`;
  if (!isAllowed(key, CONTROL)) return 'must have a key without control characters';
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > metadataValueLength) return `must have at most ${metadataValueLength} characters`;
  if (!isAllowed(value, CONTROL_BUT_NEWLINE_AND_TAB)) return 'must not contain control characters';
  return undefined;
}

/** What is wrong with all of it together. */
function faultOfWhole(entries: object): string | undefined {
  const { metadataKeys, metadataBytes } = limits;
  if (Object.keys(entries).length > metadataKeys) return `must have at most ${metadataKeys} keys`;
  if (Buffer.byteLength(JSON.stringify(entries)) > metadataBytes)
    return `must have at most ${metadataBytes} bytes as JSON`;
  return undefined;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every fault of what should be metadata; the paths are relative to it. Of far too many entries, only that. */
export function faultsOfMetadata(value: unknown): Issue[] {
  if (!isObject(value)) return [{ path: '', message: 'must be an object' }];
  const whole = faultOfWhole(value);
  if (whole !== undefined) return [{ path: '', message: whole }];
  return Object.entries(value).flatMap(([key, one]) => {
    const message = faultOfEntry(key, one);
    return message === undefined ? [] : [{ path: key, message }];
  });
}

/** What may be kept of a claim, which cannot be refused: its first entries that are allowed. Undefined: nothing. */
export function allowedMetadata(claim: unknown): Metadata | undefined {
  if (!isObject(claim)) return undefined;
  let kept: Metadata | undefined;
  for (const [key, value] of Object.entries(claim)) {
    if (faultOfEntry(key, value) !== undefined) continue;
    const more = { ...kept, [key]: value };
    if (faultOfWhole(more) === undefined) kept = more;
  }
  return kept;
}
