import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matcherOf } from '../../shared/chat/rules/matcher.ts';
import { seen } from '../../shared/chat/rules/seen.ts';
import { lookAlikes } from '../../shared/protocol/skeletons.ts';

const isIn = (word: string, text: string) => matcherOf([word])(text);

describe('found', () => {
  test.for([
    ['spam', 'Spam'],
    ['spam', 'buy, SPAM!'],
    ['spam', 'ｓｐａｍ and 𝓼𝓹𝓪𝓶'],
    ['spam', 'ѕрam'],
    ['spam', 'sp\u200bam'],
    ['spam', 's\u00adp\u2060am'],
    ['spam', 'spàm'],
    ['spam', 's\u0489p\u0489a\u0489m\u0489'],
    ['spam', 's\u0483p\u0483am'],
    ['spam', 's\u0730p\u0730am'],
    ['spam', 'spa\u{16fe4}m'],
    ['spam', 'spa\u{1d159}m'],
    ['spam', 'spa\u{13441}m'],
    ['spam', 's\u0336p\u0336a\u0336m\u0336'],
    ['spam', 'sspaaam'],
    ['spam', 's p a m'],
    ['spam', 'you s.p.a.m!'],
    ['spam', 'a s-p-a-m a'],
    ['spam', 's🔥p🔥a🔥m'],
    ['spam', 'S . P . A . M'],
    ['spam', 'spam’s'],
    ['spam', 'ham\nspam'],
    ['COCK', 'c0ck'],
    ['loser', 'Ioser'],
    ['shit', 'sh1t'],
    ['hello', 'he11o'],
    ['strasse', 'STRASSE'],
    ['straße', 'STRASSE'],
    ['résumé', 'Resume'],
    ['buy now', 'Buy  now'],
    ['buy now', 'buy-now'],
    ['s p a m', 'spam'],
    ['1337', 'so 1337'],
    ['дурак', 'ДУРАК'],
    ['ηλίθιος', 'ΗΛΙΘΙΟΣ'],
    ['笨蛋', '你是笨蛋吗'],
    ['バカ', 'お前はバカだ'],
    ['ﾊﾞｶ', 'バカ'],
    ['바보', '바보야'],
    ['งี่เง่า', 'คนงี่เง่าจริง'],
    ['spam', '这是spam吗'],
    ['حمار', 'يا حمار!'],
    ['طفل', 'طِفْل'],
  ] as const)('%s in %s', ([word, text]) => {
    expect(isIn(word, text)).toBe(true);
  });
});

describe('not found', () => {
  test.for([
    ['ass', 'class, assess, as s'],
    ['cunt', 'Scunthorpe'],
    ['cock', 'cocktail, peacock'],
    ['hell', "he'll and shell"],
    ['boob', 'bob'],
    ['bum', 'burn'],
    ['sam', "that's a m"],
    ['lol', 'room 101'],
    ['mall', 'MAIL'],
    ['buy now', 'buy it now'],
    ['buy now', 'buynow'],
    ['はか', 'ばか'],
    ['각', '가'],
    ['حمار', 'حمارة'],
    ['spam', ''],
    ['spam', '...'],
  ] as const)('%s in %s', ([word, text]) => {
    expect(isIn(word, text)).toBe(false);
  });
});

/** All ASCII letters, and what the table has for each that is a letter, too. */
const looksOf = new Map<string, string[]>();
for (const [from, to] of lookAlikes()) {
  // What looks like a capital I may be an I or an L.
  if (!/^[a-hj-km-z]$/i.test(to) || !/^\p{L}$/u.test(from)) continue;
  if (from.toUpperCase() !== from.toLowerCase()) continue;
  looksOf.set(to.toLowerCase(), [...(looksOf.get(to.toLowerCase()) ?? []), from]);
}

const word = fc.stringMatching(/^[a-z]{3,10}$/);
/** One letter in another form. */
const disguised = (letter: string) =>
  fc.oneof(
    fc.constantFrom(letter, letter.toUpperCase(), ...(looksOf.get(letter) ?? [])),
    fc
      .constantFrom('\u200b', '\u200d', '\u2060', '\u00ad', '\ufe0f', '\u0301', '\u0336')
      .map((seen) => letter + seen),
    fc.integer({ min: 2, max: 5 }).map((count) => letter.repeat(count)),
  );
const disguise = (text: string) => fc.tuple(...[...text].map(disguised)).map((letters) => letters.join(''));
const spaced = (text: string) =>
  fc.constantFrom(' ', '.', '-', '_', '*', ' . ', '\u00a0').map((between) => [...text].join(between));
const around = fc.constantFrom('', ' ', '!', ', ', ' ok ', '\n', '“');

test('every disguise of a word is found, between whatever words', () => {
  fc.assert(
    fc.property(
      word.chain((one) => fc.tuple(fc.constant(one), fc.oneof(disguise(one), spaced(one)))),
      around,
      around,
      ([one, hidden], before, after) => isIn(one, `${before}${hidden}${after}`),
    ),
    { numRuns: 2_000 },
  );
});

/** As readers see them: each run of a letter once. */
const plain = (text: string) => text.replace(/(.)\1+/g, '$1');

test('words are not found in texts of other words, those that contain them or are part of them among these', () => {
  const two = (letters: string) => fc.stringMatching(new RegExp(`^[${letters}]{2,8}$`));
  fc.assert(
    fc.property(
      fc.array(two('a-e'), { maxLength: 5 }),
      fc.array(two('a-e'), { maxLength: 20 }),
      (words, texts) => {
        const innocent = texts.filter((text) => !words.some((one) => plain(one) === plain(text)));
        return !matcherOf(words)(innocent.join(' '));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a phrase is found where its words stand in a row, and nowhere else', () => {
  const letters = fc.constantFrom('aa', 'bb', 'cc');
  fc.assert(
    fc.property(
      fc.array(letters, { minLength: 1, maxLength: 3 }),
      fc.array(letters, { maxLength: 12 }),
      (phrase, text) => {
        const isThere = ` ${text.join(' ')} `.includes(` ${phrase.join(' ')} `);
        return isIn(phrase.join(' '), text.join(' ')) === isThere;
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('characters that stand for many', () => {
  test.for(['\ufdfa', '\ufdfb', '㈝', '㌖'])('%s hides nothing of the text behind it', (many) => {
    const innocent = many.repeat(1_995);
    expect(isIn('spam', innocent)).toBe(false);
    expect(isIn('spam', `${innocent} spam`)).toBe(true);
  });

  test('do not make a text many times as long', () => {
    const lengths = Array.from(
      { length: 0x1_0000 },
      (_, code) => seen(String.fromCharCode(code)).normalize('NFKD').length,
    );
    expect(Math.max(...lengths)).toBe(7);
  });
});

describe('takes linear time', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const pick = (seed: number) => letters[Math.floor(Math.abs(Math.sin(seed)) * 26)];
  const wordOf = (seed: number) =>
    Array.from({ length: 3 + (seed % 40) }, (_, i) => pick(seed * 50 + i)).join('');
  const words = Array.from({ length: 500 }, (_, i) => wordOf(i + 1));
  const few = matcherOf(words.slice(0, 50));
  const many = matcherOf(words);

  /** CPU time of so many runs, microseconds: the least of some, as others are at work on this machine. */
  function cost(run: () => unknown): number {
    const times = Array.from({ length: 15 }, () => {
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i += 1) run();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...times);
  }

  const texts: Record<string, (length: number) => string> = {
    words: (length) => words.join(' ').slice(7).slice(0, length),
    'single letters': (length) => 'a '.repeat(length / 2),
    'one letter': (length) => 'a'.repeat(length),
    'the beginnings of a blocked word': (length) =>
      `${words[30]?.slice(0, -1)} `.repeat(length).slice(0, length),
    Chinese: (length) => '笨蛋好'.repeat(length).slice(0, length),
    'look-alikes': (length) => 'ѕраm'.repeat(length).slice(0, length),
    accents: (length) => `a${'\u0301\u0323'.repeat(length)}`.slice(0, length),
    'marks of two kinds': (length) => `क${'\u093c\u094d'.repeat(length)}`.slice(0, length),
  };

  test.for(Object.entries(texts))('in the length: %s', ([, textOf]) => {
    const [short, long] = [textOf(500), textOf(2_000)];
    // Four times as long; quadratic time would be 16 times as much.
    expect(cost(() => few(long)) / cost(() => few(short))).toBeLessThan(10);
  });

  test('and costs about the same however many words there are', () => {
    const text = 'innocent words '.repeat(140).slice(0, 2_000);
    expect(cost(() => many(text)) / cost(() => few(text))).toBeLessThan(3);
  });

  test('and not more than a few dozen times what it costs to normalise the text', () => {
    const text = 'Unschuldige Wörter überall! '.repeat(80).slice(0, 2_000);
    expect(cost(() => many(text)) / cost(() => text.normalize('NFKD').toLowerCase())).toBeLessThan(300);
  });
});
