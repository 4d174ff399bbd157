import { randomInt } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { sleep } from '../../shared/concurrency.ts';
import { newSecret } from '../../shared/ids.ts';
import type { Wire } from '../../shared/protocol/wire.ts';
import { createEvent } from '../../shared/store/events.ts';
import { newTable } from '../support/database.ts';
import type { Client } from './simulated-client.ts';
import { newWorld, type World } from './simulation.ts';
import { findBrokenIn, findLeftOver } from './simulation-checks.ts';

/**
 * Clients that do as chance wills, and what must be true afterwards. `SEED=7` runs one simulation with that seed; the
 * timing of the database is not repeated exactly. `ROUNDS=100` runs more than usual.
 */
const { SEED, ROUNDS = '1' } = process.env;
const AT_ONCE = 3;
/** `crashes`: invocations die at any step. `posts`: clients do not read, and cannot be closed. */
type Faults = 'none' | 'crashes' | 'posts';
const EVENTS = ['e', 'f'] as const;
const ACTORS = 5;
const ACTS = 11;
const PARTICIPANTS = Array.from({ length: 4 }, newSecret);
const WIRES: readonly Wire[] = ['json', 'socketio', 'socketio-batch'];
/** With faults time flies: for dead holders and their members one waits five or twenty seconds. */
const HASTE = 4;
/** Longer than anybody may be away. */
const LONG_MS = 60_000;
const timeout = Number(ROUNDS) * 180_000;

test.for<Faults>(['none', 'crashes', 'posts'])('all holds, faults: %s', { timeout }, async (faults) => {
  for (let round = 0; round < (SEED ? 1 : Number(ROUNDS)); round += 1) {
    vi.restoreAllMocks();
    if (faults !== 'none') hurry();
    const seeds = SEED ? [Number(SEED)] : Array.from({ length: AT_ONCE }, () => randomInt(1, 1e9));
    const worlds = await Promise.all(seeds.map((seed) => simulate(seed, faults)));
    const inAll = <T>(work: (world: World) => Promise<T>) => Promise.all(worlds.map(work));
    if (faults === 'none') hurry();
    await inAll((world) => world.calm());
    // What a death has left without a trace becomes visible when something happens.
    if (faults !== 'none') await inAll(look);
    hurry(LONG_MS);
    await inAll((world) => world.calm());
    const broken = await inAll((world) => findBroken(world, faults));
    expect(broken.flatMap((what, i) => what.map((line) => `SEED=${seeds[i]} ${line}`))).toEqual([]);
  }
});

/** Time flies from now on; first it leaps. */
function hurry(leapMs = 0): void {
  const [start, since] = [Date.now() + leapMs, performance.now()];
  const now = () => Math.floor(start + (performance.now() - since) * HASTE);
  vi.spyOn(Date, 'now').mockImplementation(now);
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
  for (const eventId of EVENTS) {
    for (const watches of [false, true]) {
      const wanderer = await watch(world, eventId, random() < 0.5 ? 'socketio' : 'socketio-batch', watches);
      wanderer.isFaithful = true;
    }
  }
  await world.calm();
  if (faults === 'crashes') world.dangers.deathRate = 0.06;
  await Promise.all(Array.from({ length: ACTORS }, () => actAtRandom(world, random, faults)));
  return world;
}

/** A client that only listens. */
async function watch(world: World, eventId: string, wire: Wire = 'json', watches = false): Promise<Client> {
  const client = await world.open(wire);
  await world.join(client, { eventId, username: 'observer', participantToken: newSecret(), watches });
  return client;
}

async function look(world: World): Promise<void> {
  for (const eventId of EVENTS) await world.send(await watch(world, eventId));
  await world.calm();
}

/** There from the beginning; some are cut off and come back. */
const isObserver = ({ clients }: World, client: Client) => clients.indexOf(client) < 3 * EVENTS.length;

async function actAtRandom(world: World, random: () => number, faults: Faults): Promise<void> {
  const join = (joiner: Client) => {
    const who = Math.floor(random() * PARTICIPANTS.length);
    const username = `${who}${random() < 0.3 ? ' renamed' : ''}`;
    const eventId = random() < 0.85 ? EVENTS[0] : EVENTS[1];
    const watches = random() < 0.25;
    return world.join(joiner, { eventId, username, participantToken: PARTICIPANTS[who] ?? '', watches });
  };
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)];
  for (let act = 0; act < ACTS; act += 1) {
    const there = world.clients.filter((one) => !one.isOver && !isObserver(world, one));
    const open = there.filter((one) => one.isConnected);
    const client = pick(open);
    const chance = random();
    if (!client || (chance < 0.12 && there.length < 7)) {
      const wire = WIRES[Math.floor(random() * WIRES.length)];
      const joiner = await world.open(wire);
      if (joiner.isConnected) await join(joiner);
    } else if (chance < 0.5) {
      if (client.eventId === undefined || client.wish?.watches || world.sent.size > 40) continue;
      const again = () => (random() < 0.3 ? `again ${Math.floor(random() * 20)}` : undefined);
      await Promise.all(Array.from({ length: 1 + random() * 3 }, () => world.send(client, again())));
    } else if (chance < 0.76) {
      if (!client.isBusy) await (chance < 0.7 ? join(client) : world.leave(client));
    } else if (chance < 0.88)
      world.hangUp(random() < 0.7 ? client : pick(world.clients.filter((one) => one.isFaithful)));
    else if (chance < 0.91) world.quit(client);
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
async function findBroken(world: World, faults: Faults): Promise<string[]> {
  // Whoever dies or fails half-way repeats some of what was told.
  const knows = () => faults === 'none';
  const counts = () => true;
  const expected = { mayRepeat: faults !== 'none', knows, counts };
  const checks = EVENTS.map((eventId) => findBrokenIn(world, eventId, expected));
  return [...(await findLeftOver(world)), ...(await Promise.all(checks)).flat()];
}
