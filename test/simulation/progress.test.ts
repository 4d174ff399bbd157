import { expect, test, vi } from 'vitest';
import { newProgress } from './progress.ts';

function written(
  isTTY: boolean,
  use: (progress: ReturnType<typeof newProgress>, pass: (ms: number) => void) => void,
) {
  let [now, text] = [0, ''];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    use(newProgress({ isTTY, now: () => now }), (ms) => {
      now += ms;
    });
  } finally {
    write.mockRestore();
  }
  return text;
}

test('on a terminal one line changes, and what is said stays above it', () => {
  const text = written(true, (progress) => {
    progress.show('10 worlds');
    progress.show('9 left');
    progress.say('Seed 7 fails');
  });
  expect(text).toBe('\r10 worlds\r9 left   \r         \rSeed 7 fails\n');
});

test('a log has a line now and then', () => {
  const text = written(false, (progress, pass) => {
    for (let second = 1; second <= 40; second += 1) {
      pass(1_000);
      progress.show(`${second} s`);
    }
    progress.say('done');
  });
  expect(text).toBe('15 s\n30 s\ndone\n');
});
