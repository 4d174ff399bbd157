import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { expect, test, vi } from 'vitest';
import { peopleOf } from '../../shared/delivery/presence-changes.ts';
import { newSecret } from '../../shared/ids.ts';
import { sleep } from '../../shared/sleep.ts';
import { getBell } from '../../shared/store/bell.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { createEvent } from '../../shared/store/events.ts';
import { type LogEntry, readLog } from '../../shared/store/log.ts';
import { listMembers, type Member } from '../../shared/store/members.ts';
import { readNotes } from '../../shared/store/presence.ts';
import { newTable } from '../support/database.ts';
import { type Client, newWorld, type World } from './simulation.ts';

/**
 * Clients that do as chance wills, and what must be true afterwards. `SEED=7` runs one simulation with that seed; the
 * timing of the database is not repeated exactly. `ROUNDS=100` runs more than usual. `EVERYBODY=1` checks what all
 * clients know of each other, not only those that were there from the beginning.
 */
const { SEED, EVERYBODY, ROUNDS = '1' } = process.env;
const AT_ONCE = 3;
/** `crashes`: invocations die at any step. `posts`: clients do not read, and cannot be closed. */
type Faults = 'none' | 'crashes' | 'posts';
const EVENTS = ['e', 'f'] as const;
const ACTORS = 5;
const ACTS = 11;
const PARTICIPANTS = Array.from({ length: 4 }, newSecret);
/** With faults time flies: for dead holders and their members one waits five or twenty seconds. */
const HASTE = 4;
const timeout = Number(ROUNDS) * 60_000;

test.for<Faults>(['none', 'crashes', 'posts'])('all holds, faults: %s', { timeout }, async (faults) => {
  for (let round = 0; round < (SEED ? 1 : Number(ROUNDS)); round += 1) {
    vi.restoreAllMocks();
    if (faults !== 'none') hurry();
    const seeds = SEED ? [Number(SEED)] : Array.from({ length: AT_ONCE }, () => randomInt(1, 1e9));
    const worlds = await Promise.all(seeds.map((seed) => simulate(seed, faults)));
    if (faults === 'none') hurry();
    const broken = await Promise.all(worlds.map((world) => findBroken(world, faults)));
    expect(broken.flatMap((what, i) => what.map((line) => `SEED=${seeds[i]} ${line}`))).toEqual([]);
  }
});

function hurry(): void {
  const now = Date.now.bind(Date);
  const start = now();
  vi.spyOn(Date, 'now').mockImplementation(() => start + (now() - start) * HASTE);
}

/** Random numbers from a seed, Lehmer's. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function simulate(seed: number, faults: Faults): Promise<World> {
  const random = randomness(seed);
  const table = await newTable();
  for (const id of EVENTS) await createEvent(table, id, { name: id }, Date.now());
  const world = newWorld(table, EVENTS, random);
  for (const eventId of EVENTS) await watch(world, eventId);
  await world.calm();
  if (faults === 'crashes') world.dangers.deathRate = 0.06;
  await Promise.all(Array.from({ length: ACTORS }, () => actAtRandom(world, random, faults)));
  return world;
}

async function findBroken(world: World, faults: Faults): Promise<string[]> {
  await world.calm();
  if (faults !== 'none') {
    // What a death has left without a trace becomes visible when something happens.
    for (const eventId of EVENTS) await world.send(await watch(world, eventId));
    await world.calm();
  }
  return (await Promise.all(EVENTS.map((id) => findBrokenIn(world, id, faults)))).flat();
}

/** A client that only listens. */
async function watch(world: World, eventId: string): Promise<Client> {
  const client = await world.open();
  await world.join(client, { eventId, username: 'observer', participantToken: newSecret() });
  return client;
}

const isObserver = ({ clients }: World, client: Client) => clients.indexOf(client) < EVENTS.length;

async function actAtRandom(world: World, random: () => number, faults: Faults): Promise<void> {
  for (let act = 0; act < ACTS; act += 1) {
    const open = world.clients.filter((one) => one.isOpen && !isObserver(world, one));
    const client = open[Math.floor(random() * open.length)];
    const chance = random();
    const join = (joiner: Client) => {
      const who = Math.floor(random() * PARTICIPANTS.length);
      const username = `${who}${random() < 0.3 ? ' renamed' : ''}`;
      const eventId = random() < 0.85 ? EVENTS[0] : EVENTS[1];
      return world.join(joiner, { eventId, username, participantToken: PARTICIPANTS[who] ?? '' });
    };
    if (!client || (chance < 0.12 && open.length < 7)) await join(await world.open());
    else if (chance < 0.55) {
      const again = random() < 0.3 ? `again ${Math.floor(random() * 20)}` : undefined;
      if (client.eventId !== undefined) await world.send(client, again);
    } else if (chance < 0.84) {
      if (!client.isBusy) await (chance < 0.78 ? join(client) : world.leave(client));
    } else if (chance < 0.92) world.hangUp(client);
    else if (chance < 0.95) await world.tidy();
    else if (faults === 'posts') {
      const sick = random() < 0.2 ? open : [client];
      for (const one of sick) one.isSick = true;
      await sleep(random() * 1_000);
      for (const one of sick) one.isSick = false;
    }
    await sleep(random() * 40);
  }
}

/** Nothing is left to be done, and everybody knows everything. */
async function findBrokenIn(world: World, eventId: string, faults: Faults): Promise<string[]> {
  const { table, stored } = world;
  const broken: string[] = [];
  const must = (isTrue: boolean, what: string) => void (isTrue || broken.push(`${eventId}: ${what}`));
  const members: Member[] = [];
  for await (const page of listMembers(table, eventId)) members.push(...page);
  const log: LogEntry[] = [];
  for await (const entry of readLog(table, eventId, { pageSize: 500 })) log.push(entry);
  const [bell, cursor] = [await getBell(table, eventId), await getCursor(table, eventId)];
  must(log.length === bell?.seq && cursor?.delivered === bell.seq, 'something is undelivered');
  const texts = log.map((entry) => entry.kind === 'message' && entry.message.text);
  const isKept = stored.every((one) => one.eventId !== eventId || texts.includes(one.text));
  must(isKept, 'a message is lost');
  must((await readNotes(table, eventId)).length === 0, 'notes are left');
  must(!cursor?.lease && isDeepStrictEqual(cursor?.pending, {}), 'a lease or pending members are left');
  const people = peopleOf(members);
  must(cursor?.participantCount === people.length, `not ${cursor?.participantCount} are there`);
  for (const client of world.clients) {
    const stays = client.isOpen && client.eventId === eventId;
    for (const what of unheard(world, client, { eventId, stays, log, faults })) must(false, what);
    if (!stays) continue;
    const row = members.find((member) => member.connectionId === client.connectionId);
    must(row?.state === 'live', `${client.connectionId} is not live`);
    const { known, count, leftTwice } = peopleHeard(client, eventId);
    must(count === people.length, `${client.connectionId} heard of ${count}, not ${people.length}`);
    // Whoever dies or fails half-way takes news along, and repeats some: the next change brings the count right. Who
    // joins while others come and go may have been told of a change that windows leave out because it was undone.
    if (faults !== 'none' || !(EVERYBODY || isObserver(world, client))) continue;
    const names = new Map(people.map(({ id, username }) => [id, username]));
    must(isDeepStrictEqual(known, names), `${client.connectionId} knows ${[...known]}, not ${[...names]}`);
    must(leftTwice.length === 0, `${client.connectionId} hears twice that ${leftTwice} left`);
  }
  return broken;
}

/** Messages: all of them up to the last one heard, or to the end, in order; each once; and only for who is there. */
function unheard(
  world: World,
  { connectionId, stays: joins, heard }: Client,
  { eventId, stays, log, faults }: { eventId: string; stays: boolean; log: LogEntry[]; faults: Faults },
): string[] {
  const broken: string[] = [];
  const seqs = new Set<number>();
  for (const { tick, event } of heard) {
    const got =
      event.event === 'eventHistory' ? event.data.messages : event.event === 'newMessage' ? [event.data] : [];
    for (const { seq, text } of got.filter((message) => message.eventId === eventId)) {
      const sent = world.sent.get(text) ?? 0;
      const isThere = joins.some((stay) => stay.eventId === eventId && stay.asked < tick && stay.left > sent);
      if (!isThere) broken.push(`${connectionId} got ${seq} and is not there`);
      const mayRepeat = faults !== 'none' || joins.length > 1;
      if (seqs.has(seq) && !mayRepeat) broken.push(`${connectionId} got ${seq} twice`);
      seqs.add(seq);
    }
  }
  const last = stays ? log.length : Math.max(0, ...seqs);
  const all = log.filter(({ kind, seq }) => kind === 'message' && seq <= last).map(({ seq }) => seq);
  if (!isDeepStrictEqual([...seqs], all)) broken.push(`${connectionId} got ${[...seqs]}, not ${all}`);
  return broken;
}

/** What the roll of the last history and the news after it add up to. */
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
