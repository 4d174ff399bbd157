import { catchUp } from '../../shared/delivery/deliver.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import type { Delivery } from '../../shared/delivery/types.ts';
import { newId } from '../../shared/ids.ts';
import type { Place } from '../../shared/protocol/offset.ts';
import { type ChatSettings, chatSettings } from '../../shared/settings.ts';
import { type Connection, getConnection, putConnection } from '../../shared/store/connections.ts';
import { allocateSeq, type EventHead, signalPresence } from '../../shared/store/event-head.ts';
import { createEvent } from '../../shared/store/events.ts';
import { join } from '../../shared/store/join.ts';
import { type LogEntry, putEntry } from '../../shared/store/log.ts';
import { listMembers, setLive } from '../../shared/store/members.ts';
import { type Counts, countReactions, signalReactions } from '../../shared/store/reactions.ts';
import { newTable } from '../support/database.ts';

export type Room = Awaited<ReturnType<typeof newRoom>>;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Named {
  id: string;
  username: string;
}

interface Heard {
  event: string;
  data: { text: string; participant: Named; participants?: Named[]; counts: Counts; totals: Counts };
}

const soon = () => Date.now() + 20_000;

/** The event `e`: the real store and windows, on a management API that does as the test says, with little patience. */
export async function newRoom(settings: Partial<ChatSettings> = {}) {
  /** What each connection has got. */
  const frames = new Map<string, Heard[]>();
  /** The connections that were posted to, in order. */
  const posts: string[] = [];
  /** Statuses of posts to some connections; all others are answered with 200. */
  const statuses = new Map<string, number>();
  const closed: string[] = [];
  const room = { frames, posts, statuses, closed, canClose: true };
  const poster = newPoster(
    {
      async post(connectionId, { body }) {
        posts.push(connectionId);
        const status = statuses.get(connectionId) ?? 200;
        const got = frames.get(connectionId) ?? [];
        if (status === 200) frames.set(connectionId, [...got, ...[JSON.parse(body.toString())].flat()]);
        return status;
      },
      get: async () => 200,
      async delete(connectionId) {
        if (room.canClose) closed.push(connectionId);
        return room.canClose ? 204 : 500;
      },
    },
    { patienceMs: 300 },
  );
  const delivery: Writable<Delivery> = {
    ...{ table: await newTable(), poster, settings: chatSettings.parse(settings) },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {} },
  };
  const { table } = delivery;
  await createEvent(table, 'e', { name: 'E' }, Date.now());

  async function connect(connectionId: string): Promise<Connection> {
    await putConnection(table, { connectionId, wire: 'json', connectedAt: Date.now() });
    const connection = await getConnection(table, connectionId);
    if (!connection) throw new Error('not stored');
    return connection;
  }

  /** A live member that has had nothing; its arrival is announced already. */
  async function enter(connectionId: string): Promise<void> {
    const participant = {
      id: `p-${connectionId}`,
      username: connectionId,
      joinedAt: new Date().toISOString(),
    };
    const membership = { eventId: 'e', participant, namedAt: Date.now() };
    const terms = { participantToken: 't', joinId: connectionId };
    await join(table, await connect(connectionId), membership, terms);
    await signalPresence(table, 'e');
    await setLive(table, {
      eventId: 'e',
      connectionId,
      joinId: connectionId,
      after: { seq: 0, presence: 0 },
    });
    await catchUp(delivery, 'e', soon());
    frames.clear();
  }

  /** A viewer that is held. */
  async function hold(connectionId: string): Promise<void> {
    const watching = { eventId: 'e', since: Date.now() };
    await join(table, await connect(connectionId), watching, { joinId: connectionId });
  }

  /** A viewer that has had nothing. */
  async function watch(connectionId: string): Promise<void> {
    await hold(connectionId);
    await letWatch(connectionId, { seq: 0, presence: 0 });
  }

  /** Lets windows serve a viewer that was held, who has had its history up to a place. */
  async function letWatch(connectionId: string, after: Place): Promise<void> {
    await setLive(table, { eventId: 'e', connectionId, joinId: connectionId, after, isViewer: true });
  }

  /** Allocates a seq and puts a message there; resolves to both. */
  async function say(text: string): Promise<{ head: EventHead; entry: LogEntry }> {
    const head = await allocateSeq(table, 'e');
    if (!head) throw new Error('no head');
    const { seq } = head;
    const participant = { id: 'p', username: 'someone' };
    const message = { id: newId(), eventId: 'e', seq, participant, text, sentAt: 'now' };
    const entry: LogEntry = { seq, kind: 'message', message };
    await putEntry(table, 'e', entry, Date.now() + 60_000);
    return { head, entry };
  }

  const got = (connectionId: string) => frames.get(connectionId) ?? [];
  return Object.assign(room, {
    ...{ delivery, enter, hold, watch, letWatch, say },
    catchUp: () => catchUp(delivery, 'e', soon()),
    /** The messages that a connection has got. */
    heard: (connectionId: string) =>
      got(connectionId).flatMap(({ event, data }) => (event === 'newMessage' ? [data.text] : [])),
    /** What it has heard of others. */
    presence: (connectionId: string) =>
      got(connectionId).flatMap(({ event, data }) =>
        !event.startsWith('user') ? [] : [`${event} ${data.participant.username}`],
      ),
    /** Counts a reaction of somebody. True: they were the first to say so since a window. */
    async react(counts: Counts): Promise<boolean> {
      await countReactions(table, 'e', counts);
      return signalReactions(table, 'e');
    },
    /** The reactions that a connection has been told of, and what it takes for all that there were. */
    reactions(connectionId: string): { counts: Counts[]; totals: Counts } {
      const told = got(connectionId).filter(({ event }) => event === 'reactions');
      return {
        counts: told.map(({ data }) => data.counts),
        totals: Object.assign({}, ...told.map(({ data }) => data.totals)),
      };
    },
    async connections(): Promise<string[]> {
      const ids: string[] = [];
      for await (const page of listMembers(table, 'e')) ids.push(...page.map((m) => m.connectionId));
      return ids.sort();
    },
  });
}
