import type { World } from '../world.ts';

/** A dead holder of the lease, or one who waits for an answer, delays what it has posted by this much, milliseconds. */
const EXCUSE_MS = 15_000;

/** Longer than a window takes, which waits for frames. */
const WINDOW_MS = 10_000;

/** What must never be, at any time. */
export function checkThroughout(world: World): string[] {
  const { clients, faults, gateway, lambda, ledger, mistakes, people } = world;
  const broken: string[] = [];
  for (const { name, views, broken: own } of clients) {
    broken.push(...own.map((what) => `${name}: ${what}`));
    for (const { repeats, rejoins, broken: inView } of views) {
      broken.push(...inView.map((what) => `${name}: ${what}`));
      for (const { seq, first, again } of repeats) {
        const isOfBefore = rejoins.some((at) => at <= first && again - at < WINDOW_MS);
        if (!isOfBefore && !faults.excuse(first - EXCUSE_MS, again))
          broken.push(`${name} heard ${seq} twice for no reason, at ${again}`);
      }
    }
  }
  broken.push(...gateway.tooLarge.map((frame) => `a frame is too large: ${frame}`));
  broken.push(...lambda.overdue.map((what) => `it took too long: ${what}`));
  broken.push(...mistakes);
  broken.push(...ledger.unfounded(clients.flatMap(({ refusals }) => refusals)));
  broken.push(...ledger.forbidden(people[0]?.id ?? ''));
  broken.push(...checkShare(world));
  return broken;
}

/** Frames are taken from the quota before they are posted, and no second gives more than it has. */
function checkShare({ model, settings }: World): string[] {
  return model
    .items()
    .filter(({ pk }) => pk.startsWith('QUOTA#'))
    .flatMap(({ pk, taken }) =>
      Number(taken) > settings.framesPerSecond ? [`${taken} frames were taken of ${pk}`] : [],
    );
}
