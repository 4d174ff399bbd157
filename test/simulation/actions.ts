import type { Client } from './client.ts';
import type { Faults } from './faults.ts';
import type { Ledger, Prohibition, Sent } from './ledger.ts';
import { EMOJI, faultOf, type Operation } from './plan.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface Acting {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  ledger: Ledger;
  clients: readonly Client[];
  eventIds: readonly string[];
  /** The end of a connection as API Gateway makes it. */
  endConnection: (client: Client) => void;
  deafen: (client: Client, isDeaf: boolean) => void;
  /** Posts to it, or to anybody, fail for so long, milliseconds. */
  trouble: (ms: number, client?: Client) => void;
}

/** So often somebody tries again, who was not answered. */
const ATTEMPTS = 12;
/** Moderation is for so long, seconds. */
const MUTE_SECONDS = 15;
const DEAF_MS = 4_000;
/** What was not answered can have no effect any more. */
const LATE_MS = 20_000;

/** Does what a plan says; resolves once all of it is answered or given up. */
export async function act(world: Acting, operation: Operation): Promise<void> {
  const { ledger, faults } = world;
  const client = world.clients[operation.client];
  if (!client || client.isOver) return;
  const fault = faultOf[operation.do];
  if (fault) {
    if (!faults.areOn || client.connectionId === undefined) return;
    faults.count(fault);
  } else ledger.operations += 1;
  client.busy += 1;
  await perform(world, client, operation).finally(() => {
    client.busy -= 1;
  });
}

async function perform(world: Acting, client: Client, operation: Operation): Promise<void> {
  const { scheduler } = world;
  if (operation.do === 'join') {
    const { event, watches, renamed } = operation;
    const { username } = client.person;
    const [first = '', second = ''] = world.eventIds;
    // A host stays where they are: others would be without one.
    if (operation.client === 0) return client.want({ eventId: first, username, watches: false });
    const eventId = event === 0 ? first : second;
    return client.want({ eventId, username: renamed ? `${username} renamed` : username, watches });
  }
  if (operation.do === 'leave') return operation.client === 0 ? undefined : client.want(undefined);
  if (operation.do === 'return') return operation.client === 0 ? undefined : comeBack(world, client);
  if (operation.do === 'quit') return operation.client === 0 ? undefined : client.close();
  if (operation.do === 'drop' || operation.do === 'vanish') return client.lose(operation.do === 'vanish');
  if (operation.do === 'end') return world.endConnection(client);
  if (operation.do === 'deafen') {
    world.deafen(client, true);
    await scheduler.sleep(DEAF_MS);
    return world.deafen(client, false);
  }
  if (operation.do === 'sicken') return world.trouble(world.random.between(2_000, 8_000), client);
  if (operation.do === 'outage') return world.trouble(world.random.between(2_000, 8_000));
  if (operation.do === 'list') return void (await client.request('getActiveEvents', {}));
  if (!client.isIn || !client.wish || client.wish.watches) return;
  if (operation.do === 'type') return void (await client.request('typing', { isTyping: true }));
  if (operation.do === 'send') return sendAll(world, client, operation);
  if (operation.do === 'react') return react(world, client, operation);
  return moderate(world, client, operation);
}

/** Leaves, and is back after a while; then its connection is lost, perhaps before it has its history. */
async function comeBack({ scheduler, random }: Acting, client: Client): Promise<void> {
  const { wish } = client;
  if (!wish || !client.isIn) return;
  client.want(undefined);
  await scheduler.sleep(random.between(500, 4_000));
  // Somebody else has led it elsewhere.
  if (client.wish) return;
  client.want(wish);
  await scheduler.sleep(random.between(10, 400));
  client.lose(random.chance(0.5));
}

async function sendAll(
  world: Acting,
  client: Client,
  { burst, identified, repeated, index }: Extract<Operation, { do: 'send' }>,
): Promise<void> {
  const texts = Array.from({ length: burst }, (_, number) => `m${index}.${number} of ${client.name}`);
  await Promise.all(texts.map((text) => send(world, client, text, { identified, repeated })));
}

/** Sends until there is an answer; without an id of its own, once. */
export async function send(
  { scheduler, ledger }: Acting,
  client: Client,
  text: string,
  { identified = true, repeated = false } = {},
): Promise<void> {
  const eventId = client.wish?.eventId;
  if (eventId === undefined) return;
  const clientMessageId = identified ? `id ${text}` : undefined;
  const sent: Sent = {
    ...{ client: client.name, participantId: client.person.id, eventId, text, clientMessageId },
    ...{ asked: scheduler.now, isUncertain: false },
  };
  ledger.sent.push(sent);
  const data = { text, ...(clientMessageId !== undefined && { clientMessageId }) };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (client.wish?.eventId !== eventId || client.isOver) return;
    if (!client.isIn || client.state !== 'ready') {
      await scheduler.sleep(500);
      continue;
    }
    // Somebody impatient sends it twice at once.
    const asked = scheduler.now;
    const answers = await Promise.all(
      Array.from({ length: repeated && identified && attempt === 1 ? 2 : 1 }, () =>
        client.request('sendMessage', data),
      ),
    );
    let isSent = false;
    for (const answer of answers) {
      if (!answer || ('error' in answer && answer.error.code === 'INTERNAL')) sent.isUncertain = true;
      if (!answer || 'error' in answer) continue;
      const { seq, id, ...message } = answer.data.message as { seq: number; id: string; eventId: string };
      // In another event it is another message.
      const isSame = sent.eventId === message.eventId;
      if (isSame && sent.seq !== undefined && sent.seq !== seq)
        client.broken.push(`two acks for ${text}: ${sent.seq}, ${seq}`);
      // A move to another event that was under way may have come first.
      Object.assign(sent, { seq, id, eventId: message.eventId, answered: scheduler.now });
      // By the first attempt: a repeat finds what that one has stored.
      ledger.entries.push({ ...sent, what: 'send', answered: scheduler.now });
      isSent = true;
    }
    if (isSent) return;
    const [answer] = answers;
    if (answer && 'error' in answer) {
      const { code, retryAfterMs = 500 } = answer.error;
      if (code !== 'RATE_LIMITED' && code !== 'INTERNAL' && code !== 'NOT_JOINED') {
        sent.refusal = code;
        const { name, person } = client;
        if (code === 'MUTED')
          client.refusals.push({ what: 'send', client: name, participantId: person.id, eventId, asked });
        return;
      }
      await scheduler.sleep(retryAfterMs);
    } else if (!identified) return;
  }
}

async function react(
  { ledger }: Acting,
  client: Client,
  { emoji, count }: Extract<Operation, { do: 'react' }>,
): Promise<void> {
  const { eventId = '' } = client.wish ?? {};
  const answer = await client.request('react', { reaction: emoji, count });
  const isUnknown = !answer || ('error' in answer && answer.error.code === 'INTERNAL');
  const state = isUnknown ? 'unknown' : 'error' in answer ? 'refused' : 'acked';
  ledger.reacted.push({ eventId, emoji, count, state });
}

/** Everything that can be told apart, so that whoever was not served is right again. */
export async function reactWithAll(world: Acting, client: Client): Promise<void> {
  for (const emoji of EMOJI) {
    const operation = { do: 'react', emoji, count: 1, index: 0, round: 0, at: 0, client: 0 } as const;
    await react(world, client, operation);
  }
}

async function moderate(world: Acting, host: Client, operation: Operation): Promise<void> {
  const { scheduler, ledger, clients, random } = world;
  const { eventId = '' } = host.wish ?? {};
  if (operation.do === 'announce') {
    const text = `announced ${operation.index}`;
    await host.request('announce', { text, clientMessageId: text });
    return;
  }
  if (operation.do === 'delete') {
    const seqs = [...(host.view?.messages.keys() ?? [])];
    if (seqs.length === 0) return;
    const seq = random.pick(seqs);
    const answer = await host.request('deleteMessage', { seq });
    if (answer && 'data' in answer) ledger.deleted.push({ eventId, seq });
    return;
  }
  if (operation.do === 'pause') {
    const answer = await host.request('updateEvent', { paused: true });
    const from = scheduler.now;
    if (answer && 'data' in answer)
      ledger.prohibitions.push({
        what: 'pause',
        eventId,
        participantId: undefined,
        from,
        until: Number.POSITIVE_INFINITY,
      });
    await scheduler.sleep(2_500);
    const lift = ledger.lift('pause', eventId, undefined, scheduler.now);
    await insist(world, host, 'updateEvent', { paused: false });
    lift.until = scheduler.now + LATE_MS;
    return;
  }
  if (!('whom' in operation)) return;
  const whom = clients.find(({ person }) => person === clients[operation.whom]?.person);
  if (!whom) return;
  const participantId = whom.person.id;
  const { do: what } = operation;
  const isLift = what === 'unban' || what === 'unmute';
  const lift =
    isLift && ledger.lift(what === 'unban' ? 'ban' : 'mute', eventId, participantId, scheduler.now);
  const seconds = what === 'mute' || what === 'ban' ? { seconds: MUTE_SECONDS } : {};
  const asked = scheduler.now;
  const attempt: Prohibition | undefined =
    what === 'mute' || what === 'ban'
      ? { what, eventId, participantId, from: asked, until: asked + LATE_MS + MUTE_SECONDS * 1_000 }
      : undefined;
  if (attempt) ledger.attempts.push(attempt);
  const answer = await host.request(what, { participantId, ...seconds });
  if (lift) lift.until = scheduler.now + (answer ? 0 : LATE_MS);
  if (attempt && answer && 'data' in answer) {
    attempt.answered = scheduler.now;
    attempt.until = scheduler.now + MUTE_SECONDS * 1_000;
  }
  if (isLift && answer && 'data' in answer)
    ledger.lifted(what === 'unban' ? 'ban' : 'mute', eventId, participantId, asked, scheduler.now);
  // Whoever is sent away tries to come back, while they may not or once they may.
  if (what === 'kick' || what === 'ban')
    scheduler.after(random.between(500, 1.3 * MUTE_SECONDS * 1_000), () => returnTo(world, eventId, whom));
  if (!answer || 'error' in answer || (what !== 'ban' && what !== 'mute')) return;
  ledger.prohibitions.push({
    ...{ what, eventId, participantId, from: scheduler.now },
    // By the clock of whoever imposes it.
    until: asked + MUTE_SECONDS * 1_000,
  });
}

function returnTo({ faults, clients }: Acting, eventId: string, { person }: Client): void {
  const { username } = person;
  for (const client of clients) {
    const isAway = client.person === person && client.wish === undefined && !client.isOver;
    if (isAway && faults.areOn) client.want({ eventId, username, watches: false });
  }
}

/** Asks until it is done. */
async function insist({ scheduler }: Acting, client: Client, action: string, data: object): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS && !client.isOver; attempt += 1) {
    const answer = client.isIn && client.state === 'ready' ? await client.request(action, data) : undefined;
    if (answer && 'data' in answer) return;
    await scheduler.sleep(700);
  }
}
