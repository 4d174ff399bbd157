import type { Event } from '../protocol/entities.ts';
import { defaultReactions } from '../protocol/reactions.ts';
import type { Cursor } from './cursor.ts';
import type { EventHead } from './event-head.ts';
import type { Rules } from './event-rules.ts';

/** What an operator says of an event. Rarely written; the status is the head's, the count the cursor's. */
export interface EventDetails {
  name: string;
  description?: string | undefined;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  /** Ids of participants who may moderate it. */
  hosts?: string[] | undefined;
  /** The emoji that people can react with. */
  reactions?: string[] | undefined;
}

export type NewEvent = EventDetails &
  Pick<Rules, 'slowModeSeconds' | 'links' | 'repeats'> & { blockedWords?: string[] | undefined };

/** Of what is written for an event: counted up when the version before could not read it. Events without one are older. */
export const EVENT_FORMAT = 1;

/** What is given changes, what is null goes, the rest stays. */
export type EventChanges = {
  [Field in keyof EventDetails]?:
    | EventDetails[Field]
    | (Field extends 'description' | 'startsAt' | 'endsAt' ? null : never)
    | undefined;
};

/** `pinned`: the number of the message. */
export type EventItem = Omit<
  Event,
  'status' | 'participantCount' | 'viewerCount' | 'pinned' | 'reactions' | 'reactionTotals' | keyof Rules
> &
  Pick<EventDetails, 'reactions'> & { pinned?: number };

/** The emoji that people can react with. */
export const reactionsOf = ({ reactions }: Pick<EventDetails, 'reactions'>) =>
  reactions ?? [...defaultReactions];

/** An event as clients get it, without the message that is pinned. */
export function toEvent(item: EventItem, head: EventHead, cursor: Cursor): Event {
  const { id, name, description, createdAt, startsAt, endsAt, hosts } = item;
  const { status, paused, slowModeSeconds, links, repeats } = head;
  const reactions = reactionsOf(item);
  const used = reactions.flatMap((reaction) => {
    const total = cursor.reactionsTold?.[reaction];
    return total === undefined ? [] : [[reaction, total] as const];
  });
  return {
    id,
    name,
    ...defined({ description }),
    status: status === 'active' ? 'active' : 'ended',
    createdAt,
    ...defined({ startsAt, endsAt, hosts, paused, slowModeSeconds, links, repeats }),
    participantCount: cursor.participantCount,
    viewerCount: cursor.viewers.count,
    reactions,
    ...(used.length > 0 && { reactionTotals: Object.fromEntries(used) }),
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
/** Without fields that are undefined. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
