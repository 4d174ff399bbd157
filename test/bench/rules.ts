import { hasLink } from '../../shared/chat/rules/links.ts';
import { matcherOf } from '../../shared/chat/rules/matcher.ts';
import { type Measurement, median, type Part } from './measurement.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';
/** Always the same words, of 3 to 14 letters. */
const wordOf = (seed: number) =>
  Array.from({ length: 3 + (seed % 12) }, (_, i) => letters[(seed * 7 + i * i * 11 + i) % 26]).join('');

/** What checking the longest text against the longest list costs a sender, CPU time. */
export const rules: Part = async (say) => {
  const words = Array.from({ length: 500 }, (_, i) => wordOf(i));
  const texts = {
    plain: 'Nothing here is on any list. '.repeat(69).slice(0, 2_000),
    hidden: 'ѕ.р a ѕраааm '.repeat(154).slice(0, 2_000),
  };
  say('makes the matcher of 500 words');
  const results: Measurement[] = [{ name: 'rules.listMs', value: cpuMs(() => matcherOf(words)), unit: 'ms' }];
  const isBlocked = matcherOf(words);
  for (const [name, text] of Object.entries(texts)) {
    if (isBlocked(text)) throw new Error(`The ${name} text has a blocked word`);
    results.push({ name: `rules.${name}TextMs`, value: cpuMs(() => isBlocked(text)), unit: 'ms' });
  }
  results.push({ name: 'rules.linksMs', value: cpuMs(() => hasLink(texts.plain)), unit: 'ms' });
  return results;
};

/** CPU time of one run, milliseconds, once it has run for a while. */
function cpuMs(run: () => unknown): number {
  const times = Array.from({ length: 21 }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < 20; i += 1) run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 20_000;
  });
  return median(times);
}
