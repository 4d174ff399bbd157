/**
 * Every key of the one table. The partition key is `pk`, the sort key `sk`; the index `byGroup` (keys only) has
 * `group` and `rank` and holds events by status, newest last, connections by phase and slot, soonest due first, the
 * bans and mutes of each event, and what the sweep is to look at: events that have changed or are due, outbox entries.
 */
export interface Key {
  pk: string;
  sk: string;
}

export const tableKeys = {
  partition: 'pk',
  sort: 'sk',
  timeToLive: 'ttl',
  index: { name: 'byGroup', partition: 'group', sort: 'rank' },
} as const;

const SEQ_DIGITS = 12;
const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/** Of an item among those of an event. */
const inEvent = (eventId: string, sk: string): Key => ({ pk: `EVENT#${eventId}`, sk });

export const META = 'META';
export const eventKey = (eventId: string): Key => inEvent(eventId, META);

/** Small and hot: its stream records wake delivery. */
export const EVENT_HEAD = 'HEAD';
export const eventHeadKey = (eventId: string): Key => inEvent(eventId, EVENT_HEAD);
/** What is to become of an event by itself, at a time that its rank in the index says. */
export const dueKey = (eventId: string, what: 'end' | 'deletion'): Key => inEvent(eventId, `DUE#${what}`);

export const cursorKey = (eventId: string): Key => inEvent(eventId, 'CURSOR');

export const LOG = 'MSG#';
export const logKey = (eventId: string, seq: number): Key =>
  inEvent(eventId, `${LOG}${pad(seq, SEQ_DIGITS)}`);

export const OUTBOX = 'OUTBOX#';
export const outboxKey = (eventId: string, ulid: string): Key => inEvent(eventId, `${OUTBOX}${ulid}`);

/** The presence history, for members that were held, skipped or away. */
export const PRESENCE = 'PRESENCE#';
export const presenceKey = (eventId: string, number: number): Key =>
  inEvent(eventId, `${PRESENCE}${pad(number, SEQ_DIGITS)}`);

/** What people reacted with: who told delivery of it, and the counts, each shard in a partition of its own. */
const reactionsPartition = (eventId: string): string => `EVENT#${eventId}#REACTIONS`;
export const reactionSignalKey = (eventId: string): Key => ({
  pk: reactionsPartition(eventId),
  sk: 'SIGNAL',
});
export const REACTION_SHARDS = 16;
export const reactionShardKey = (eventId: string, shard: number): Key => ({
  pk: `${reactionsPartition(eventId)}#${shard}`,
  sk: 'COUNTS',
});
/** That a backend's request was counted. */
export const countedKey = (eventId: string, caller: string, requestId: string): Key => ({
  pk: `COUNTED#${eventId}#${caller}`,
  sk: requestId,
});

/** Those who take part, or those who only watch: windows may pass these by without reading them. */
export const audiencePartition = (eventId: string, isViewers = false): string =>
  `EVENT#${eventId}#${isViewers ? 'VIEWERS' : 'AUDIENCE'}`;
export const memberKey = (eventId: string, connectionId: string, isViewer = false): Key => ({
  pk: audiencePartition(eventId, isViewer),
  sk: `CONN#${connectionId}`,
});

/** Who of the audience has a role. */
export const staffPartition = (eventId: string): string => `EVENT#${eventId}#STAFF`;
export const staffKey = (eventId: string, connectionId: string): Key => ({
  pk: staffPartition(eventId),
  sk: `CONN#${connectionId}`,
});

export const CONNECTION = 'CONN#';
export const connectionKey = (connectionId: string): Key => ({
  pk: `${CONNECTION}${connectionId}`,
  sk: 'META',
});

/** A Socket.IO session, by the hash of its secret. */
export const sessionKey = (sessionId: string): Key => ({ pk: `SESSION#${sessionId}`, sk: 'META' });

export const sentKey = (eventId: string, participantId: string, clientMessageId: string): Key => ({
  pk: `SENT#${eventId}#${participantId}`,
  sk: clientMessageId,
});

/** That a participant is banned from an event. The bans of an event are in the index, newest last. */
export const banKey = (eventId: string, participantId: string): Key => ({
  pk: `BAN#${eventId}#${participantId}`,
  sk: 'META',
});
export const banGroup = (eventId: string): string => `BANS#${eventId}`;

/** That a participant is muted in an event. The mutes of an event are in the index, newest last. */
export const muteKey = (eventId: string, participantId: string): Key => ({
  pk: `MUTE#${eventId}#${participantId}`,
  sk: 'META',
});
export const muteGroup = (eventId: string): string => `MUTES#${eventId}`;

/** The words that nobody but moderators may write in an event. */
export const wordsKey = (eventId: string): Key => inEvent(eventId, 'WORDS');

/** That a participant has just sent something in an event, by the hash of it. */
export const saidKey = (eventId: string, participantId: string, hash: string): Key => ({
  pk: `SAID#${eventId}#${participantId}`,
  sk: hash,
});

/** Who moderated what in an event, in order; without one, whose attempts to create or change events were refused. */
export const AUDIT = 'AUDIT';
export const auditPartition = (eventId?: string): string =>
  eventId === undefined ? AUDIT : `EVENT#${eventId}#${AUDIT}`;
export const auditKey = (eventId: string | undefined, ulid: string): Key => ({
  pk: auditPartition(eventId),
  sk: ulid,
});

export const RATE = 'RATE#';
export const rateKey = (participantId: string, action: string): Key => ({
  pk: `${RATE}${participantId}`,
  sk: action,
});

/** The frames taken from the frame quota of one second, since the epoch. */
export const quotaKey = (second: number): Key => ({ pk: `QUOTA#${second}`, sk: 'FRAMES' });

/** What the partition keys of events begin with. */
export const EVENT = 'EVENT#';

export type Subject = { kind: 'event' | 'entry' | 'audit'; eventId?: string };

/** What an item is that is published when it changes; undefined for all others. */
export function subjectOf({ pk, sk }: Key): Subject | undefined {
  const [, eventId, isAudit] = /^EVENT#([^#]+)(#AUDIT)?$/.exec(pk) ?? [];
  if (isAudit || pk === AUDIT) return { kind: 'audit', ...(eventId !== undefined && { eventId }) };
  if (eventId === undefined) return undefined;
  if (sk === META) return { kind: 'event', eventId };
  return sk.startsWith(LOG) ? { kind: 'entry', eventId } : undefined;
}

/** The id inside `EVENT#{id}`, `CONN#{id}` or `{millis}#{id}`. */
export const idOf = (key: string): string => key.slice(key.indexOf('#') + 1);

const MILLIS_DIGITS = 15;

/** Events by status, in the order of `since` (milliseconds): creation of the active, end of the ended, deletion of the deleted. */
export const eventGroup = (status: string): string => `EVENTS#${status}`;
export const eventRank = (since: number, eventId: string): string =>
  `${pad(since, MILLIS_DIGITS)}#${eventId}`;

/**
 * What is to become of a connection when its time has come: `opening` Socket.IO connections want a CONNECT packet,
 * `open` ones live until API Gateway ends them and are kept awake, `away` ones are lost and may be recovered; `json`
 * ones just live.
 */
export const phases = ['json', 'opening', 'open', 'away'] as const;
export type Phase = (typeof phases)[number];

/** Events by when something is due. */
export const DUE = 'DUE';

/** Connections are spread over slots so that no index partition and no minute carries all of them. */
export const SLOTS = 8;
export const connectionGroup = (phase: Phase, slot: number): string => `CONNECTIONS#${phase}#${slot}`;
/** By when something is to be done about a connection, milliseconds. */
export const dueRank = (dueAt: number): string => pad(dueAt, MILLIS_DIGITS);

/** Event heads that have changed since a sweep found everything delivered. A head stays in its slot: its place in the index is written once. */
export const changedGroup = (eventId: string): string => `CHANGED#${slotOf(eventId)}`;
export const changedGroups = Array.from({ length: SLOTS }, (_, slot) => `CHANGED#${slot}`);

/** Outbox entries of all events, until a window has told them. */
export const outboxGroups = Array.from({ length: SLOTS }, (_, slot) => `OUTBOX#${slot}`);

/** Where everything of an event is that is deleted with it, but for its members; the audit log is not. */
export const partitionsOf = (eventId: string): string[] => [
  staffPartition(eventId),
  reactionsPartition(eventId),
  ...Array.from({ length: REACTION_SHARDS }, (_, shard) => reactionShardKey(eventId, shard).pk),
  eventKey(eventId).pk,
];
/** The groups of the index that hold the rest. */
export const groupsOf = (eventId: string): string[] => [banGroup(eventId), muteGroup(eventId)];

function slotOf(id: string): number {
  let sum = 0;
  for (const character of id) sum += character.charCodeAt(0);
  return sum % SLOTS;
}
