import { expect, test } from 'vitest';
import { skeletonsOf } from '../../shared/protocol/skeletons.ts';

const looksLike = (one: string, other: string) =>
  skeletonsOf(one).some((skeleton) => skeletonsOf(other).includes(skeleton));

test.for([
  ['Ana Host', 'ana host'],
  ['Ana Host', 'ANA HOST'],
  ['Ana Host', 'Ana\u00a0Host'],
  ['Ana Host', 'AnaHost'],
  ['Ana Host', 'Ana\u3000\u2009Host'],
  ['Ana Host', 'Ａｎａ Ｈｏｓｔ'],
  ['Ana Host', '𝐀𝐧𝐚 𝓗𝓸𝓼𝓽'],
  ['Ana Host', 'Аna Hоst'],
  ['Ana Host', 'Αna Ηost'],
  ['Ana Host', 'ⓐⓝⓐ ⓗⓞⓢⓣ'],
  ['Lily', 'Iily'],
  ['Lily', '1i1y'],
  ['ALI', 'AlI'],
  ['Bob', 'B0b'],
  ['mod', 'rnod'],
  ['Zoë', 'Zoe\u0308'],
  ['Иван', 'иван'],
  ['Straße', 'straβe'],
  ['admin', 'ad\u00admin'],
])('%s looks like %s', ([one, other]) => {
  expect(looksLike(`${one}`, `${other}`)).toBe(true);
});

test.for([
  ['Ana', 'Anna'],
  ['Ana', 'Ána'],
  ['Ana Host', 'Ana Guest'],
  ['Ben', 'Ken'],
  ['王芳', '王方'],
  ['Иван', 'Ваня'],
])('%s does not look like %s', ([one, other]) => {
  expect(looksLike(`${one}`, `${other}`)).toBe(false);
});

test('whatever a name is, it looks like something', () => {
  for (const name of ['\u3164', '\u200d', ' ', '|', '𝟘']) expect(skeletonsOf(name).length).toBeGreaterThan(0);
});
