import * as z from 'zod';
import { limits } from './limits.ts';

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_NEWLINE_AND_TAB = /[^\P{Cc}\n\t]/u;

/** A lone surrogate has no UTF-8 form: it would be stored as something else than was sent. */
const wellFormed = (text: string) => text.isWellFormed();
const withoutControls = (text: string) => !CONTROL.test(text);

/** At most `max` characters as JavaScript counts them; zod's own `max` counts code points, and tells OpenAPI. */
const atMost = (max: number, error = `must have at most ${max} characters`) =>
  z
    .string()
    .max(max, { error, abort: true })
    .refine((text) => text.length <= max, { error, abort: true });

/** One line of at most `max` characters, trimmed, not empty. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: 'must not be empty', abort: true })
    .pipe(atMost(max))
    .refine(withoutControls, 'must not contain control characters')
    .refine(wellFormed, 'must be well-formed Unicode');

/** Several lines; stored as sent. */
const lines = (max: number) =>
  atMost(max)
    .refine((text) => !CONTROL_BUT_NEWLINE_AND_TAB.test(text), 'must not contain control characters')
    .refine(wellFormed, 'must be well-formed Unicode');

export const username = line(limits.usernameLength);
export const eventName = line(limits.eventNameLength);
export const description = lines(limits.descriptionLength);
export const messageText = lines(limits.textLength).refine((text) => text.trim() !== '', 'must not be blank');
export const clientMessageId = atMost(limits.clientMessageIdLength)
  .min(1, 'must not be empty')
  .refine(wellFormed, 'must be well-formed Unicode');

/** An id of ours, opaque to clients. What cannot be one names nothing, rather than being malformed. */
export const opaqueId = z
  .string()
  .min(1, 'must not be empty')
  .transform((id) => (/^[\w-]{1,64}$/.test(id) ? id : 'nothing'));

/** ISO 8601 with a time zone; kept in UTC with milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 date and time with a time zone' })
  .transform((text) => new Date(text).toISOString());
