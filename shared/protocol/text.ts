import * as z from 'zod';
import { limits } from './limits.ts';

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_NEWLINE_AND_TAB = /[^\P{Cc}\n\t]/u;

/** A lone surrogate has no UTF-8 form: it would be stored as something else than was sent. */
const wellFormed = (text: string) => text.isWellFormed();
const withoutControls = (text: string) => !CONTROL.test(text);

/** One line of `maxLength` characters at most, trimmed, not empty. */
const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine(withoutControls, 'must not contain control characters')
    .refine(wellFormed, 'must be well-formed Unicode');

/** Several lines; stored as sent. */
const lines = (maxLength: number) =>
  z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => !CONTROL_BUT_NEWLINE_AND_TAB.test(text), 'must not contain control characters')
    .refine(wellFormed, 'must be well-formed Unicode');

export const username = line(limits.usernameLength);
export const eventName = line(limits.eventNameLength);
export const description = lines(limits.descriptionLength);
export const messageText = lines(limits.textLength).refine((text) => text.trim() !== '', 'must not be blank');
export const clientMessageId = z
  .string()
  .min(1, 'must not be empty')
  .max(limits.clientMessageIdLength, `must have at most ${limits.clientMessageIdLength} characters`)
  .refine(wellFormed, 'must be well-formed Unicode');

/** An id of ours, opaque to clients. The bound keeps any client's string a valid key. */
export const opaqueId = z
  .string()
  .min(1, 'must not be empty')
  .max(64, 'is not one of our ids')
  .refine(wellFormed, 'is not one of our ids');

/** ISO 8601 with a time zone; kept in UTC with milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 date and time with a time zone' })
  .transform((text) => new Date(text).toISOString());
