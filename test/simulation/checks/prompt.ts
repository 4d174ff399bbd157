import type { World } from '../world.ts';
import { checkView } from './calm.ts';
import { contentsOf, livingIn } from './contents.ts';

/**
 * What must be whenever all has come to rest, as long as nothing has died or was lost: nothing waits for the sweep, or for what
 * happens next.
 */
export function checkPrompt(world: World): string[] {
  const { faults, lambda, model, plan, settings } = world;
  if (faults.haveLost || lambda.timeouts > 0) return [];
  const items = model.items();
  return world.eventIds.flatMap((eventId) => {
    const contents = contentsOf(items, eventId);
    const living = livingIn(world, eventId);
    const present = living.filter(({ wish }) => !wish?.watches).map(({ person }) => person);
    const isExact = plan.isStrict && settings.presenceSummaryAbove >= 50;
    const unknown = living.flatMap(({ name, view }) =>
      present
        .filter(({ id }) => isExact && !view?.participants.has(id))
        .map(({ username }) => `${name} does not know that ${username} is there`),
    );
    return [...living.flatMap((client) => checkView(client, contents)), ...unknown].map(
      (what) => `${eventId}: ${what}`,
    );
  });
}
