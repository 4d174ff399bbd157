import { isDeepStrictEqual } from 'node:util';
import { peopleOf } from '../../shared/delivery/content/presence-changes.ts';
import { getConnection, listDue } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { type LogEntry, readLog } from '../../shared/store/log.ts';
import {
  type ListedMember,
  type ListedViewer,
  listMembers,
  listViewers,
} from '../../shared/store/members.ts';
import { readOutbox } from '../../shared/store/presence-outbox.ts';
import type { Client } from './simulated-client.ts';
import type { World } from './simulation.ts';

interface Expected {
  /** Messages may be heard twice without a reason. */
  mayRepeat: boolean;
  /** Whether a client must know how many are there, and exactly who. */
  counts: (client: Client) => boolean;
  knows: (client: Client) => boolean;
}

const FAR_OFF = 1e14;

/** Connections that nobody is at any more; of JSON, those nobody has told of may wait for the next post to them. */
export async function findLeftOver({ table, clients }: World): Promise<string[]> {
  const left: string[] = [];
  for await (const id of listDue(table, FAR_OFF)) {
    const row = await getConnection(table, id);
    const isThere = clients.some((client) => client.isConnected && client.connectionId === id);
    if (row && row.wire !== 'json' && (!isThere || row.lostAt !== undefined)) left.push(`${id} is left over`);
  }
  return left;
}

/** What is wrong in one event once all is calm. */
export async function findBrokenIn(world: World, eventId: string, expected: Expected): Promise<string[]> {
  const { table, stored, clients } = world;
  const broken: string[] = [];
  const must = (isTrue: boolean, what: string) => void (isTrue || broken.push(`${eventId}: ${what}`));
  const members: ListedMember[] = [];
  for await (const page of listMembers(table, eventId)) members.push(...page);
  const viewers: ListedViewer[] = [];
  for await (const page of listViewers(table, eventId)) viewers.push(...page);
  const log: LogEntry[] = [];
  for await (const entry of readLog(table, eventId, { pageSize: 500 })) log.push(entry);
  const [head, cursor] = [await getEventHead(table, eventId), await getCursor(table, eventId)];
  const delivered = [cursor?.delivered, cursor?.viewers.delivered];
  must(
    isDeepStrictEqual(delivered, [log.length, log.length]),
    `of ${log.length} only ${delivered} are delivered`,
  );
  must(log.length === head?.seq, 'a number is open');
  const texts = log.map((entry) => entry.kind === 'message' && entry.message.text);
  const isKept = stored.every((one) => one.eventId !== eventId || texts.includes(one.text));
  must(isKept, 'a message is lost');
  must((await readOutbox(table, eventId)).length === 0, 'the outbox is not empty');
  const pending = { ...cursor?.pending, ...cursor?.viewers.pending };
  must(!cursor?.lease && isDeepStrictEqual(pending, {}), 'a lease or pending members are left');
  must(cursor?.viewers.count === viewers.length, `not ${cursor?.viewers.count} watch`);
  const people = peopleOf(members);
  must(cursor?.participantCount === people.length, `not ${cursor?.participantCount} are there`);
  const isIn = (client: Client) => client.isConnected && client.eventId === eventId;
  for (const { connectionId, wire } of [...members, ...viewers].filter((one) => one.wire !== 'json')) {
    const isThere = clients.some((client) => isIn(client) && client.connectionId === connectionId);
    must(isThere, `${connectionId} on ${wire} is in it without knowing`);
  }
  for (const client of clients) {
    const stays = isIn(client);
    for (const what of unheard(world, client, { eventId, stays, log, ...expected })) must(false, what);
    if (!stays) continue;
    const rows = client.wish?.watches ? viewers : members;
    const row = rows.find((one) => one.connectionId === client.connectionId);
    must(row?.state === 'live', `${nameOf(client)} is not live`);
    const { known, count, leftTwice } = peopleHeard(client, eventId);
    if (!expected.counts(client)) continue;
    must(count === people.length, `${nameOf(client)} heard of ${count}, not ${people.length}`);
    if (!expected.knows(client)) continue;
    const names = new Map(people.map(({ id, username }) => [id, username]));
    must(isDeepStrictEqual(known, names), `${nameOf(client)} knows ${[...known]}, not ${[...names]}`);
    if (client.cuts.length > 0) continue;
    must(leftTwice.length === 0, `${nameOf(client)} hears twice that ${leftTwice} left`);
  }
  return broken;
}

const nameOf = ({ connectionId, wire, cuts }: Client) =>
  `${connectionId} (${wire}, cut ${cuts.length} times)`;

/** Messages: all of them up to the last one heard, or to the end, in order; each once; and only for who is there. */
function unheard(
  world: World,
  client: Client,
  {
    eventId,
    stays,
    log,
    mayRepeat,
  }: { eventId: string; stays: boolean; log: LogEntry[]; mayRepeat: boolean },
): string[] {
  const { stays: joins, heard, cuts } = client;
  const broken: string[] = [];
  /** When each was heard first. */
  const seqs = new Map<number, number>();
  for (const { tick, event } of heard) {
    const got =
      event.event === 'eventHistory' ? event.data.messages : event.event === 'newMessage' ? [event.data] : [];
    for (const { seq, text } of got.filter((message) => message.eventId === eventId)) {
      const sent = world.sent.get(text) ?? 0;
      const isThere = joins.some((stay) => stay.eventId === eventId && stay.asked < tick && stay.left > sent);
      if (!isThere) broken.push(`${nameOf(client)} got ${seq} and is not there`);
      const first = seqs.get(seq);
      const isCut = cuts.some((cut) => cut > (first ?? 0) && cut < tick);
      if (first !== undefined && !mayRepeat && joins.length === 1 && !isCut) {
        broken.push(`${nameOf(client)} got ${seq} twice`);
      }
      seqs.set(seq, first ?? tick);
    }
  }
  const got = [...seqs.keys()];
  const last = stays ? log.length : Math.max(0, ...got);
  const all = log.filter(({ kind, seq }) => kind === 'message' && seq <= last).map(({ seq }) => seq);
  if (!isDeepStrictEqual(got, all)) broken.push(`${nameOf(client)} got ${got}, not ${all}`);
  return broken;
}

/** What the roster of the last history and the changes after it add up to. */
function peopleHeard({ heard }: Client, eventId: string) {
  const known = new Map<string, string>();
  const leftTwice: string[] = [];
  let count: number | undefined;
  for (const { event, data } of heard.map((one) => one.event)) {
    if (event !== 'eventHistory' && event !== 'userJoined' && event !== 'userLeft') continue;
    if (data.eventId !== eventId) continue;
    count = data.participantCount;
    if (event === 'eventHistory') known.clear();
    const people = event === 'eventHistory' ? data.participants : data.participant ? [data.participant] : [];
    for (const { id, username } of people) {
      if (event !== 'userLeft') known.set(id, username);
      else if (!known.delete(id)) leftTwice.push(id);
    }
  }
  return { known, count, leftTwice };
}
