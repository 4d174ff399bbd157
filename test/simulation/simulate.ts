import { checkCalm, LAST } from './checks/calm.ts';
import { checkEmpty } from './checks/empty.ts';
import { checkPrompt } from './checks/prompt.ts';
import { checkThroughout } from './checks/throughout.ts';
import type { Load } from './code.ts';
import type { FaultKind } from './faults.ts';
import { request } from './http.ts';
import { EVENTS, type Plan, ROUNDS } from './plan.ts';
import { newWorld, type World } from './world.ts';

export interface Result {
  plan: Plan;
  /** What must be and is not; nothing, if all is well. */
  broken: string[];
  world: World;
  operations: number;
  acknowledged: number;
  repeats: number;
  faults: ReadonlyMap<FaultKind, number>;
}

const MINUTE_MS = 60_000;
/** The sweep comes in the middle of the second round. */
const SWEEP_MS = 6_000;
/** After the last that is done in a round. */
const AFTERWARDS_MS = 2_000;
/** Longer than a member is held whose joiner has died. */
const HELD_MS = 30_000;

/** Runs one world from its beginning to its end, and looks whether all holds. */
export async function simulate(plan: Plan, load: Load): Promise<Result> {
  const world = newWorld(plan, load);
  const broken: string[] = [];
  try {
    await live(world, broken);
  } catch (error) {
    broken.push(`it failed: ${(error as Error).stack}`);
  }
  const { ledger, clients } = world;
  return {
    ...{ plan, broken, world, operations: ledger.operations, faults: world.faults.counts },
    acknowledged: ledger.sent.filter(({ seq }) => seq !== undefined).length,
    repeats: clients.reduce(
      (sum, { views }) => sum + views.reduce((more, { repeats }) => more + repeats.length, 0),
      0,
    ),
  };
}

async function live(world: World, broken: string[]): Promise<void> {
  const { plan, scheduler, faults, clients, people } = world;
  const note = (found: string[]) => void broken.push(...found);
  await create(world);
  for (const { wire, person } of plan.clients) {
    const owner = people[person];
    if (owner) world.addClient(wire, owner);
  }
  const observers = world.eventIds.map((eventId, index) => {
    const observer = world.addClient('json', world.newPerson(`observer${index}`));
    observer.want({ eventId, username: `observer${index}`, watches: false });
    return observer;
  });
  if (!(await world.rest())) return note(['it does not begin']);
  faults.begin();
  world.trace('world', 'faults begin');
  for (let round = 0; round < ROUNDS; round += 1) {
    const operations = plan.operations.filter((one) => one.round === round);
    for (const operation of operations) scheduler.after(operation.at, () => world.act(operation));
    if (round === 1) scheduler.after(SWEEP_MS, () => void world.tick());
    await world.pass((operations.at(-1)?.at ?? 0) + AFTERWARDS_MS);
    if (!(await world.rest())) return note([`round ${round} does not come to rest`, ...world.restless()]);
    note(checkPrompt(world).map((what) => `after round ${round} ${what}`));
  }
  faults.end();
  world.trace('world', 'faults end');
  if (!(await calm(world))) return note(['it does not come to rest', ...world.restless()]);
  // What a death has left without a trace becomes visible when something happens.
  for (const [index, observer] of observers.entries()) world.send(observer, `${LAST} ${index}`);
  for (const observer of observers) world.reactWithAll(observer);
  if (!(await calm(world))) return note(['it does not come to rest again', ...world.restless()]);
  note(checkThroughout(world));
  note(checkCalm(world));
  if (broken.length > 0) return;
  world.trace('world', 'all leave');
  for (const [index, client] of clients.entries()) {
    if (index % 3 === 0) client.want(undefined);
  }
  await world.pass(3_000);
  for (const [index, client] of clients.entries()) {
    client.isOver = true;
    client.lose(index % 2 === 0);
  }
  // Whatever nobody was told of is due by then.
  for (const minutes of [2, 131, 1]) {
    await world.pass(minutes * MINUTE_MS);
    await world.during(world.tick());
  }
  if (!(await world.rest())) return note(['it does not end', ...world.restless()]);
  note(checkEmpty(world));
}

/** The events, by the HTTP API. */
async function create(world: World): Promise<void> {
  const [host] = world.people;
  const body = { name: 'An event', hosts: [{ participantId: host?.id ?? '' }] };
  for (let count = 0; count < EVENTS; count += 1) {
    const created = await world.during(request(world.lambda, 'post', '/api/events', body));
    if (created?.status !== 201) throw new Error(`No event was created: ${JSON.stringify(created)}`);
    world.eventIds.push(String(created.body.id));
  }
}

/** Lets all that is under way end, and the schedules do what is left. */
async function calm(world: World): Promise<boolean> {
  if (!(await world.rest())) return false;
  await world.pass(HELD_MS);
  await world.during(world.tick());
  return world.rest();
}
