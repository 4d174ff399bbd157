import type { Phase } from '../../load/run-load.ts';
import type { Tally } from '../../load/tally.ts';

const EVERY_MS = 10_000;

/** For `runLoad`: says a line every ten seconds. */
export function progress(say: (line: string) => void, clients: number) {
  let shownAt = performance.now();
  return (phase: Phase, { live, sent, acknowledged, cuts }: Tally) => {
    if (performance.now() < shownAt + EVERY_MS) return;
    shownAt = performance.now();
    say(`${phase}: ${live} of ${clients} there, ${sent} sent, ${acknowledged} acknowledged, ${cuts} cuts`);
  };
}
