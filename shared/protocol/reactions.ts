import * as z from 'zod';
import { limits } from './limits.ts';
import { optional } from './optional.ts';

/** What people can react with in an event whose operators have not said anything else. */
export const defaultReactions: readonly string[] = ['👍', '❤️', '😂', '👏', '🎉', '🔥'];

/**
 * One emoji of those that are recommended for general interchange, as it is written there, with its variation selectors
 * (https://www.unicode.org/reports/tr51/#def_rgi_set).
 */
// biome-ignore lint/complexity/useRegexLiterals: TypeScript takes the flag only where the target is ES2024; Node.js 20 has it.
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');

export const emoji = z
  .string()
  .refine((text) => EMOJI.test(text), 'must be one emoji, with the variation selector U+FE0F if it has one');

/** The reactions of an event. */
export const reactionList = z
  .array(emoji)
  .max(limits.reactions, `must have at most ${limits.reactions} entries`)
  .refine((list) => new Set(list).size === list.length, 'must not have the same emoji twice');

const counted = (max: number) => {
  const range = `must be from 1 to ${max}`;
  return z.int('must be a whole number').min(1, range).max(max, range);
};

export const react = z.object({
  reaction: emoji.describe("One of the event's `reactions`."),
  count: optional(counted(limits.reactionCount)).describe('How often, if more than once.'),
});

/** Reactions that were counted elsewhere. */
export const countedReactions = z.object({
  counts: z
    .record(emoji, counted(limits.countedReactions))
    .refine((counts) => Object.keys(counts).length > 0, 'must have at least one reaction'),
  clientRequestId: optional(
    z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens or underscores'),
  ).describe('A repeat has the same one, and is not counted again within 10 minutes.'),
});
export type CountedReactions = z.output<typeof countedReactions>;
