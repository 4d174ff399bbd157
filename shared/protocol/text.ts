import * as z from 'zod';
import {
  CONTROL,
  CONTROL_BUT_NEWLINE_AND_TAB,
  DIRECTION,
  LONE_SURROGATE,
  OVERRIDE,
  VISIBLE,
  withoutUnseen,
} from './characters.ts';
import { limits } from './limits.ts';

const has = (pattern: RegExp) => (text: string) => pattern.test(text);
const hasNo = (pattern: RegExp) => (text: string) => !pattern.test(text);

const noControls = 'must not contain control characters';
const notBlank = 'must not be blank';
const wellFormed = 'must be well-formed Unicode';

const tooLong = (max: number) => ({ error: `must have at most ${max} characters`, abort: true });

/** At most `max` characters as JavaScript counts them; zod's own `max` counts code points, and tells OpenAPI. */
const atMost = (max: number) =>
  z
    .string()
    .max(max, tooLong(max))
    .refine((text) => text.length <= max, tooLong(max));

/** NFC makes at most so many characters one. */
const COMPOSED = 4;

/**
 * One line of at most `max` characters, not empty, as it is shown: trimmed, normalised, without what shows nothing, which
 * comes with text that is copied. Normalising a long run of accents takes quadratic time: what cannot become short enough
 * is refused before.
 */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: 'must not be empty', abort: true })
    .refine((text) => text.length <= COMPOSED * max, tooLong(max))
    .refine(hasNo(CONTROL), noControls)
    .refine(hasNo(DIRECTION), 'must not contain invisible or text-direction characters')
    .refine(hasNo(LONE_SURROGATE), wellFormed)
    .transform(withoutUnseen)
    .pipe(atMost(max).refine(has(VISIBLE), 'must contain a visible character'))
    // For the documents of the APIs, which cannot see it behind the transformation.
    .meta({ maxLength: max });

/** Several lines; stored as sent. */
const lines = (max: number) =>
  atMost(max)
    .refine(hasNo(CONTROL_BUT_NEWLINE_AND_TAB), noControls)
    .refine(hasNo(OVERRIDE), 'must not contain characters that override the text direction')
    .refine(hasNo(LONE_SURROGATE), wellFormed);

export const username = line(limits.usernameLength);
export const eventName = line(limits.eventNameLength);
/** The reason for a kick or a ban, which the participant gets. */
export const reason = line(limits.reasonLength);
/** A word or phrase that an event blocks. */
export const blockedWord = line(limits.blockedWordLength).refine(
  has(/[\p{L}\p{N}]/u),
  'must contain a letter or a digit',
);
export const description = lines(limits.descriptionLength).refine(
  (text) => text === '' || VISIBLE.test(text),
  notBlank,
);
export const messageText = lines(limits.textLength).refine(has(VISIBLE), notBlank);
export const clientMessageId = atMost(limits.clientMessageIdLength)
  .min(1, 'must not be empty')
  .refine(hasNo(LONE_SURROGATE), wellFormed);

/** An id that the server made, opaque to clients. Text of another form is treated as an unknown id, not as malformed. */
export const opaqueId = z
  .string()
  .min(1, 'must not be empty')
  .transform((id) => (/^[\w-]{1,64}$/.test(id) ? id : 'nothing'));

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * ISO 8601 with a time zone; kept in UTC with milliseconds. An offset may lead out of the years that have four digits, and
 * what follows them would not be in the order of time as text.
 */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 date and time with a time zone', abort: true })
  .refine((text) => {
    const time = Date.parse(text);
    return FIRST <= time && time <= LAST;
  }, 'must be in the years 0000 to 9999 in UTC')
  .transform((text) => new Date(text).toISOString());
