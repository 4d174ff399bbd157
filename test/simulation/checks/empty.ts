import type { World } from '../world.ts';
import { contentsOf, type Item } from './contents.ts';

/** What is there for a while, and then goes by its time to live. */
const PASSING = ['SENT#', 'RATE#', 'QUOTA#', 'COUNTED#', 'SAID#', 'SESSION#', 'BAN#', 'MUTE#'];

/** Once everybody has left and the sweep has run, nothing is left of anybody. */
export function checkEmpty(world: World): string[] {
  const items = world.model.items();
  const broken = items.flatMap((item) => (isOrphan(item) ? [`${item.pk} ${item.sk} is left`] : []));
  for (const { pk, sk, ttl } of items) {
    if (
      PASSING.some((prefix) => pk.startsWith(prefix)) &&
      typeof ttl !== 'number' &&
      !/^(BAN|MUTE)#/.test(pk)
    )
      broken.push(`${pk} ${sk} is there for ever`);
  }
  for (const eventId of world.eventIds) {
    const { cursor, head } = contentsOf(items, eventId);
    const { viewers } = cursor as unknown as { viewers: { count: number } };
    if (cursor?.participantCount !== 0 || viewers.count !== 0)
      broken.push(`${eventId}: ${cursor?.participantCount} and ${viewers.count} are counted of nobody`);
    if (String(head?.group ?? '').startsWith('CHANGED#'))
      broken.push(`${eventId}: the head waits for a sweep`);
  }
  return broken;
}

const isOrphan = ({ pk, sk }: Item): boolean =>
  pk.startsWith('CONN#') || /^EVENT#[^#]+#(AUDIENCE|VIEWERS|STAFF)$/.test(pk) || sk.startsWith('OUTBOX#');
