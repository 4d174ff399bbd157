import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkTimes } from '../../shared/chat/create-event.ts';
import { presentable } from '../../shared/protocol/characters.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { description, eventName, instant, messageText, username } from '../../shared/protocol/text.ts';

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
  ['several faults', 'a\0\u202e\ud800', controls, invisible, illFormed],
  ['a high surrogate', 'a\ud83d', illFormed],
  ['a low surrogate', '\udc4da', illFormed],
  ['a Hangul filler', '\u3164', blank],
  ['a half-width Hangul filler', '\uffa0 \u115f', blank],
  ['a blank Braille pattern', '\u2800', blank],
  ['a joiner', '\u200d', blank],
  ['a variation selector', '\ufe0f\u{e0100}', blank],
])('no name: %s', ([, name, ...messages]) => {
  expect(outcome(username, name)).toEqual(messages);
});

test.for<[what: string, name: string, becomes: string]>([
  ['a zero-width space', 'a\u200bna', 'ana'],
  ['a soft hyphen', 'a\u00adna', 'ana'],
  ['a word joiner', 'ana\u2060', 'ana'],
  ['a BOM', 'a\ufeffna', 'ana'],
  ['a grapheme joiner', 'ana\u034f', 'ana'],
  ['hidden tags', 'ana\u{e0068}\u{e0069}', 'ana'],
  ['more tags than a flag has', `${england}\u{e0061} x`, `${england} x`],
  ['tags apart from their flag', '🏴x\u{e0067}', '🏴x'],
  ['interlinear annotation', 'a\ufff9n\ufffaa\ufffb', 'ana'],
  ['fillers', 'ana\u3164\u115f\u1160\uffa0', 'ana'],
  ['a blank Braille pattern', 'a\u2800na', 'ana'],
  ['Khmer inherent vowels', 'ana\u17b4\u17b5', 'ana'],
  ['a joiner at the end', 'ana\u200d', 'ana'],
  ['a joiner behind an emoji', '👩\u200d', '👩'],
  ['joiners between Latin letters', 'a\u200cn\u200da', 'ana'],
  ['a joiner in Persian', 'می\u200dخواهم', 'میخواهم'],
  ['a non-joiner behind a letter that does not join', 'د\u200cم', 'دم'],
  ['a non-joiner at the end of Persian', 'می\u200c', 'می'],
  ['a non-joiner in Hindi without a virama', 'क\u200cख', 'कख'],
  ['a second joiner', 'क्\u200d\u200cष', 'क्\u200dष'],
  ['a joiner behind what a virama composes into', '\u0dd9\u200b\u0dca\u200d', '\u0dda'],
  ['variation selectors without a base', '\ufe0fa \ufe0fb', 'a b'],
  ['a second variation selector', '❤\ufe0f\ufe0f', '❤\ufe0f'],
  ['a variation selector behind a filler', 'a\u3164\ufe0f', 'a'],
])('a name loses what shows nothing: %s', ([, name, becomes]) => {
  expect(outcome(username, name)).toBe(becomes);
  expect(outcome(eventName, name)).toBe(becomes);
  expect(presentable(name)).toBe(becomes);
});

test.for<[what: string, name: string]>([
  ['Hindi', 'श्\u200dरी क्\u200cष'],
  ['Bengali', 'র\u09cd\u200dয'],
  ['Malayalam', 'അവൻ ന്\u200d'],
  ['Kannada', 'ರ್\u200cನ'],
  ['Sinhala, at the end', 'ක්\u200d'],
  ['Khmer', 'ក្\u200cក'],
  ['Javanese', '\ua98f\ua9c0\u200c'],
  ['Kaithi', '\u{1108d}\u{110b9}\u200d\u{1108d}'],
  ['Tulu-Tigalari', '\u{11392}\u{113ce}\u200d\u{11393}'],
  ['a mark behind a virama', 'क्\u0951\u200dष'],
  ['Arabic with marks', 'ب\u064e\u200c\u0651ب'],
  ['Syriac', '\u0712\u200c\u0712'],
  ['Mongolian', 'ᠠ\u200cᠠ'],
  ['a Mongolian vowel apart', 'ᠠ\u180eᠠ'],
  ['N’Ko', '\u07ca\u200c\u07ca'],
  ['Adlam', '\u{1e900}\u200c\u{1e901}'],
  ['Braille', '⠁\u2800⠃'],
  ['a pirate and a rainbow', '🏴\u200d☠\ufe0f🏳\ufe0f\u200d🌈'],
  ['an emoji in black and white', '❤\ufe0e'],
  ['a Latin letter with a variation selector', 'ana\ufe0f'],
  ['a Latin letter with that of an ideograph', 'ana\u{e0100}'],
  ['a slashed zero', '0\ufe00'],
  ['a Myanmar variant', 'က\ufe00'],
  ...['\u0600', '\u0605', '\u06dd', '\u070f', '\u0890', '\u0891', '\u08e2', '\u{110bd}', '\u{110cd}'].map(
    (sign): [string, string] => [`U+${sign.codePointAt(0)?.toString(16)}`, `${sign}1`],
  ),
  ['a shown format character alone', '\u06dd'],
])('a name keeps unseen characters that have an effect: %s', ([, name]) => {
  expect(outcome(username, name)).toBe(name);
  expect(outcome(eventName, name)).toBe(name);
  expect(presentable(name)).toBe(name);
});

test.for<[what: string, text: string]>([
  ['white space', ' \t\n\u00a0\u1680\u2003\u202f\u205f\u3000'],
  ['zero width', '\u200b\u200c\u200d\u2060\ufeff'],
  ['marks of direction', '\u061c\u200e\u200f\u2066\u2069'],
  ['fillers', '\u115f\u1160\u3164\uffa0'],
  ['Khmer inherent vowels', '\u17b4\u17b5'],
  ['variation selectors', '\u180b\ufe00\ufe0f\u{e0100}'],
  ['tags', '\u{e0001}\u{e0041}\u{e007f}'],
  ['a soft hyphen and a grapheme joiner', '\u00ad\u034f'],
  ['blank Braille', '\u2800\u2800'],
  ['interlinear annotation', '\ufff9\ufffa\ufffb'],
  ['controls of shorthand, music and hieroglyphs', '\u{1bca0}\u{1d173}\u{13430}\u{13441}'],
  ['separators', '\u2028\u2029'],
])('only %s is blank', ([, text]) => {
  expect(outcome(messageText, text)).toEqual(['must not be blank']);
  expect(outcome(description, text)).toEqual(['must not be blank']);
  expect(outcome(username, text)).toBeTypeOf('object');
  expect(outcome(eventName, text)).toBeTypeOf('object');
  expect(presentable(text)).toBeUndefined();
});

test('no description may be empty text', () => {
  expect(outcome(description, '')).toBe('');
  expect(outcome(messageText, '')).toEqual(['must not be blank']);
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

test.for<[text: string, becomes: string]>([
  ['2030-05-01T18:00:00+02:00', '2030-05-01T16:00:00.000Z'],
  ['2030-05-01T18:00:00.5-00:30', '2030-05-01T18:30:00.500Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ['0000-01-01T00:00:00-23:59', '0000-01-01T23:59:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ['9999-12-31T23:59:59+23:59', '9999-12-31T00:00:59.000Z'],
])('the time %s is %s', ([text, becomes]) => {
  expect(instant.parse(text)).toBe(becomes);
});

test.for<[text: unknown, message: string]>([
  ...['0000-01-01T00:00:00+00:01', '0000-01-01T23:58:00+23:59', '9999-12-31T23:59:59-00:01'].map(
    (text): [string, string] => [text, 'must be in the years 0000 to 9999 in UTC'],
  ),
  ...['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '2030-02-30T00:00:00Z', '2030-05-01', ''].map(
    (text): [string, string] => [text, 'must be an ISO 8601 date and time with a time zone'],
  ),
  ...['2030-05-01T24:00:00Z', '2030-05-01T18:00:60Z', '2030-05-01T18:00:00', '2030-05-01T18:00:00+24:00'].map(
    (text): [string, string] => [text, 'must be an ISO 8601 date and time with a time zone'],
  ),
])('the time %s is refused', ([text, message]) => {
  expect(instant.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
});

test.for([
  ['2030-01-01T10:00:00+02:00', '2030-01-01T09:00:00Z', true],
  ['2030-01-01T10:00:00Z', '2030-01-01T11:00:00+02:00', false],
  ['2030-01-01T10:00:00Z', '2030-01-01T12:00:00+02:00', false],
  ['+010000-01-01T00:00:00.000Z', '+020000-01-01T00:00:00.000Z', true],
  ['9999-12-31T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', true],
  ['-000001-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z', true],
] as const)('an event from %s to %s: %s', ([startsAt, endsAt, isGood]) => {
  const check = () => checkTimes({ startsAt, endsAt });
  if (isGood) expect(check).not.toThrow();
  else expect(check).toThrow(ChatError);
});

const hidden = fc.constantFrom(
  ...['\u0dd9', '\u0dca', '\u094d', '\u200c', 'ب', '\ufe0f', '\u06dd', '\u2801', '\u2800', '\u{13430}'],
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
