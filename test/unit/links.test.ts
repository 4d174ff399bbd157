import { expect, test } from 'vitest';
import { hasLink } from '../../shared/chat/rules/links.ts';

test.for([
  'http://example',
  'HTTPS://EXAMPLE.COM',
  'see ftp://files.example/x',
  'steam://run/1',
  'www.example.test',
  'example.com',
  'Example.COM!',
  'at example.co.uk.',
  'shop.example.online',
  'bit.ly/x',
  't.me/abc',
  'example.museum/hall',
  'ana@example.com',
  'пример.рф',
  '例え。com',
  'ｅｘａｍｐｌｅ．ｃｏｍ',
  'exa\u200bmple.com',
  'example\u2024com',
])('%s is a link', (text) => {
  expect(hasLink(text)).toBe(true);
});

test.for([
  'e.g. this, i.e. that, etc.',
  '3.5, 1.000,00 and 10.12.2026',
  'Node.js, README.md, main.rs, setup.py, run.sh',
  'U.S.A. at 5 p.m.',
  'done.It was fine',
  'wow...com on',
  'and/or, 24/7',
  'C:\\com',
  'a.communist',
  'www',
  '://',
  'he said: //no comment',
  '192.168.0.1',
])('%s is none', (text) => {
  expect(hasLink(text)).toBe(false);
});

test.for(['a.', 'www.', 'http:', '://', 'a/', '-.', 'a.a/', '\u0301\u0323', '\u093c\u094d', '。'])(
  'takes linear time for many %j',
  (part) => {
    const cost = (text: string) => {
      const times = Array.from({ length: 15 }, () => {
        const before = process.cpuUsage();
        for (let i = 0; i < 20; i += 1) hasLink(text);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      });
      return Math.min(...times) + 1;
    };
    expect(cost(part.repeat(8_000)) / cost(part.repeat(2_000))).toBeLessThan(10);
  },
);
