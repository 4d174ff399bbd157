import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presentable } from '../../shared/protocol/characters.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { description, eventName, messageText, username } from '../../shared/protocol/text.ts';

/** What a schema makes of a text, or why it refuses it. */
const outcome = (schema: typeof username | typeof messageText, text: string) => {
  const { success, data, error } = schema.safeParse(text);
  return success ? data : error.issues.map(({ message }) => message);
};

const invisible = 'must not contain invisible or text-direction characters';
const blank = 'must contain a visible character';
const controls = 'must not contain control characters';
const illFormed = 'must be well-formed Unicode';
const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';

test.for<[what: string, name: string, becomes?: string]>([
  ['Latin', 'Ana María'],
  ['one letter', 'x'],
  ['surrounded by white space', '\t ana\u00a0\u3000\ufeff\n', 'ana'],
  ['decomposed', 'Zoe\u0308', 'Zoë'],
  ['decomposed Vietnamese of 32 characters', 'e\u0302\u0301'.repeat(32), 'ế'.repeat(32)],
  ['decomposed Korean', '\u1112\u1161\u11ab', '한'],
  ['compatible, not equal', 'ﬁﬀ ①²'],
  ['Persian with ZWNJ', 'می\u200cخواهم'],
  ['Sinhala with ZWJ', 'ශ්\u200dරී'],
  ['Hebrew', 'דנה'],
  ['Japanese', '田中 花子'],
  ['a family', '👩‍👩‍👧'],
  ['a heart in colour', '❤\ufe0f'],
  ['a flag', '🇳🇱'],
  ['a keycap', '1\ufe0f\u20e3'],
  ['a dark family', '👩🏿‍❤️‍👩🏿'],
  ['a variant of an ideograph', '葛\u{e0100}城'],
  ['Mongolian with a variant', 'ᠠ\u180b'],
  ['the flag of England', `${england}${england} x`],
  ['HTML', '<b>"ana"&\\'],
  ['a replacement character', '\ufffd'],
  ['32 characters', '👍'.repeat(16)],
])('a name that is %s', ([, name, becomes = name]) => {
  expect(outcome(username, name)).toBe(becomes);
  expect(outcome(eventName, name)).toBe(becomes);
  expect(presentable(name)).toBe(becomes);
});

test.for<[what: string, name: string, ...messages: string[]]>([
  ['nothing', '', 'must not be empty'],
  ['white space', ' \t\n\u2003', 'must not be empty'],
  ['too long', 'x'.repeat(33), 'must have at most 32 characters'],
  ['too long in UTF-16', '👍'.repeat(17), 'must have at most 32 characters'],
  ['too long once normalised', '\ufb2c'.repeat(11), 'must have at most 32 characters'],
  ['NUL', 'a\0b', controls],
  ['a line end', 'a\nb', controls],
  ['NEL', 'ana\u0085', controls],
  ['an escape sequence', '\u001b[2J', controls],
  ...['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'].map(
    (mark): [string, string, string] => [`U+${mark.charCodeAt(0).toString(16)}`, `a${mark}b`, invisible],
  ),
  ['a line separator', 'a\u2028b', invisible],
  ['a paragraph separator', 'a\u2029b', invisible],
  ['a zero-width space', 'a\u200bna', invisible],
  ['a soft hyphen', 'a\u00adna', invisible],
  ['a word joiner', 'ana\u2060', invisible],
  ['a BOM inside', 'a\ufeffna', invisible],
  ['hidden tags', 'ana\u{e0068}\u{e0069}', invisible],
  ['more hidden tags than a flag has', `🏴${'\u{e0061}'.repeat(7)}`, invisible],
  ['tags apart from their flag', '🏴x\u{e0067}', invisible],
  ['several faults', 'a\0\u202e\ud800', controls, invisible, illFormed],
  ['a high surrogate', 'a\ud83d', illFormed],
  ['a low surrogate', '\udc4da', illFormed],
  ['a joiner behind a name', 'ana\u200d', invisible],
  ['a joiner between Latin letters', 'a\u200cna', invisible],
  ['a joiner behind an emoji', '👩\u200d', invisible],
  ['a grapheme joiner', 'ana\u034f', invisible],
  ['a variation selector behind a letter', 'ana\ufe0f', invisible],
  ['an ideograph’s variation selector behind a letter', 'ana\u{e0100}', invisible],
  ['a Khmer inherent vowel', 'ana\u17b4', invisible],
  ['a Mongolian variation selector behind a letter', 'ana\u180b', invisible],
  ['a name and a Hangul filler', 'ana\u3164', invisible],
  ['a Hangul filler', '\u3164', invisible, blank],
  ['a half-width Hangul filler', '\uffa0 \u115f', invisible, blank],
  ['a blank Braille pattern', '\u2800', invisible, blank],
  ['a joiner', '\u200d', invisible, blank],
  ['a variation selector', '\ufe0f\u{e0100}', invisible, blank],
])('no name: %s', ([, name, ...messages]) => {
  expect(outcome(username, name)).toEqual(messages);
});

test.for<[what: string, claim: string, shown: string | undefined]>([
  ['direction', '\u202eana\u202c', 'ana'],
  ['control characters', 'ana\u0007\r\nb', 'anab'],
  ['white space inside what is removed', '\u200b \u200bana', 'ana'],
  ['what composes once it comes together', 'e\u200b\u0301', 'é'],
  ['lone surrogates', '\udc4dana\ud83d', 'ana'],
  ['tags', `ana\u{e0068} ${england}`, `ana ${england}`],
  ['too much', 'x'.repeat(40), 'x'.repeat(32)],
  ['the other half of a pair', `${'x'.repeat(31)}👍`, 'x'.repeat(31)],
  ['the other half of a family', `${'x'.repeat(28)}👩‍👩‍👧`, 'x'.repeat(28)],
  ['a space that the cut lays bare', `${'x'.repeat(31)} y`, 'x'.repeat(31)],
  ['a joiner that the cut lays bare', `${'x'.repeat(30)}م\u200cم`, `${'x'.repeat(30)}م`],
  ['nothing visible', '\u200b\u3164 \u202e', undefined],
  ['nothing', '', undefined],
])('a name from elsewhere is shown without %s', ([, claim, shown]) => {
  expect(presentable(claim)).toBe(shown);
});

test('a name from elsewhere is as long as wanted', () => {
  expect(presentable('Keynote', 3)).toBe('Key');
});

test.for<[what: string, text: string, message?: string]>([
  ['spaces, lines and tabs', '  two\n\tlines '],
  ['decomposed', 'Zoe\u0308'],
  ['marks of direction in Hebrew and Arabic', '\u200fשלום\u200e \u2067مرحبا\u2069 \u202b…\u202c'],
  ['invisible characters', 'a\u200b\u00ad\u3164\u{e0068}\u2028'],
  ['left to right by force', 'a\u202db', 'must not contain characters that override the text direction'],
  ['right to left by force', 'gpj.\u202eexe', 'must not contain characters that override the text direction'],
  ['a carriage return', 'a\rb', controls],
  ['a lone surrogate', '\ud800', illFormed],
])('text of several lines: %s', ([, text, message]) => {
  expect(outcome(messageText, text)).toEqual(message ? [message] : text);
  expect(outcome(description, text)).toEqual(message ? [message] : text);
});

const hidden = fc.constantFrom(
  ...[' ', '\n', '\0', '\u0301', '\u0323', '\u200b', '\u200d', '\u202e', '\u2028', '\u3164', '\ufeff'],
  ...['\ud83c', '\udff4', '🏴', '\u{e0067}', '\u{e007f}', '👩', 'e', '\u1112', '\u1161', '\ufb2c'],
);
const anyText = fc
  .array(fc.oneof(hidden, fc.string({ unit: 'binary', maxLength: 5 }), fc.string({ maxLength: 5 })), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));
const runs = { numRuns: 5_000 };

test('what passes for a name is short, normalised, trimmed, and passes and shows unchanged', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = outcome(username, text);
      if (typeof name !== 'string') return;
      expect(name.length).toBeLessThanOrEqual(limits.usernameLength);
      expect(name).toBe(name.normalize('NFC').trim());
      expect(outcome(username, name)).toBe(name);
      expect(presentable(name)).toBe(name);
    }),
    runs,
  );
});

test('whatever a token says, what is shown of it is a name', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: limits.usernameLength }), (text, max) => {
      const name = presentable(text, max);
      if (name === undefined) return;
      expect(name.length).toBeLessThanOrEqual(max);
      expect(outcome(username, name)).toBe(name);
      expect(presentable(name, max)).toBe(name);
    }),
    runs,
  );
});

test('64 KB of accents in the worst order take no time', () => {
  const start = performance.now();
  expect(outcome(username, '\u0301\u0323'.repeat(32_000))).toEqual(['must have at most 32 characters']);
  expect(performance.now() - start).toBeLessThan(250);
});
