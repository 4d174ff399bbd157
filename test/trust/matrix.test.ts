import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Replies } from '../../shared/protocol/replies.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { connect, createEvent, enter, http } from '../support/chat.ts';
import type { Refused } from '../support/chat-client.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { socketClient } from '../support/sockets.ts';
import { badTokens, bearer, newEvent, token, withToken } from '../support/tokens.ts';

/**
 * Who may do what. `bad` is whoever has no valid token, in each of the ways there are; of the others all but `outsider`
 * and `banned` have joined the event. Actions are answered with a code, on both wires; HTTP, below /api/events, with a
 * status.
 */
const matrix = parse(`
                                          bad           outsider    participant  banned      host  moderator  operator
connect                                   UNAUTHORIZED  ok          ok           ok          ok    ok         ok
joinEvent                                 UNAUTHORIZED  ok          ok           FORBIDDEN   ok    ok         ok
watchEvent                                UNAUTHORIZED  ok          ok           FORBIDDEN   ok    ok         ok
leaveEvent                                UNAUTHORIZED  ok          ok           ok          ok    ok         ok
sendMessage {"text":"hello"}              UNAUTHORIZED  NOT_JOINED  ok           NOT_JOINED  ok    ok         ok
typing {"isTyping":true}                  UNAUTHORIZED  NOT_JOINED  ok           NOT_JOINED  ok    ok         ok
react {"reaction":"👍"}                    UNAUTHORIZED  NOT_JOINED  ok           NOT_JOINED  ok    ok         ok
getActiveEvents                           UNAUTHORIZED  ok          ok           ok          ok    ok         ok
getHistory                                UNAUTHORIZED  NOT_JOINED  ok           NOT_JOINED  ok    ok         ok
ping                                      UNAUTHORIZED  ok          ok           ok          ok    ok         ok
announce {"text":"hello"}                 UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
pin {"seq":1}                             UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
unpin                                     UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
deleteMessage {"seq":1}                   UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
kick {"subject":"nobody"}                 UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
ban {"subject":"nobody"}                  UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
unban {"subject":"banned"}                UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
mute {"subject":"nobody","seconds":10}    UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
mute {"subject":"nobody","seconds":9}     UNAUTHORIZED  BAD_REQUEST  BAD_REQUEST  BAD_REQUEST  BAD_REQUEST  BAD_REQUEST  BAD_REQUEST
unmute {"subject":"nobody"}               UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
updateEvent {"paused":false}              UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
updateEvent {"status":"ended"}            UNAUTHORIZED  NOT_JOINED  FORBIDDEN    NOT_JOINED  ok    ok         ok
GET /                                     200           200         200          200         200   200        200
GET /?status=active                       200           200         200          200         200   200        200
GET /?status=ended                        401           403         403          403         403   403        200
GET /?status=over                         400           400         400          400         400   400        400
GET /ID                                   200           200         200          200         200   200        200
GET /ID/messages                          200           200         200          200         200   200        200
GET /../../openapi.json                   200           200         200          200         200   200        200
GET /../../asyncapi.json                  200           200         200          200         200   200        200
POST / {"name":"New"}                     401           403         403          403         403   403        201
POST / {}                                 401           403         403          403         403   403        400
PATCH /ID {"paused":false}                401           403         403          403         200   200        200
PATCH /ID {"slowModeSeconds":0}           401           403         403          403         200   200        200
PATCH /ID {"slowModeSeconds":-1}          401           403         403          403         400   400        400
PATCH /ID {"reactions":["👍","🔥"]}         401           403         403          403         200   200        200
PATCH /ID {"status":"ended"}              401           403         403          403         200   200        200
PATCH /ID {"name":"New"}                  401           403         403          403         403   403        200
PATCH /ID {"paused":true,"name":"New"}    401           403         403          403         403   403        200
PATCH /ID {"hosts":[{"subject":"host"}]}  401           403         403          403         403   403        200
PATCH /ID {"links":"allow"}               401           403         403          403         403   403        200
PATCH /ID {"blockedWords":[]}             401           403         403          403         403   403        200
PATCH /ID {"blockedWords":["?"]}          401           403         403          403         400   400        400
GET /ID/export                            401           403         403          403         403   403        200
GET /none/export                          401           403         403          403         403   403        404
DELETE /ID                                401           403         403          403         403   403        204
DELETE /none                              401           403         403          403         403   403        404
PATCH /none {"paused":true}               401           404         404          404         404   404        404
POST /ID/messages {"text":"hello"}        401           403         403          403         201   201        201
POST /ID/messages {"text":""}             401           403         403          403         400   400        400
PUT /ID/pin {"seq":1}                     401           403         403          403         200   200        200
DELETE /ID/pin                            401           403         403          403         204   204        204
DELETE /ID/messages/1                     401           403         403          403         204   204        204
DELETE /ID/messages?subject=nobody        401           403         403          403         200   200        200
POST /ID/reactions {"counts":{"👍":2}}     401           403         403          403         202   202        202
POST /ID/kicks {"subject":"nobody"}       401           403         403          403         204   204        204
POST /ID/bans {"subject":"nobody"}        401           403         403          403         200   200        200
GET /ID/bans                              401           403         403          403         200   200        200
DELETE /ID/bans/nobody                    401           403         403          403         204   204        204
POST /ID/mutes {"subject":"nobody","seconds":10}  401   403         403          403         204   204        204
POST /ID/mutes {"subject":"nobody"}       401           403         403          403         400   400        400
GET /ID/mutes                             401           403         403          403         200   200        200
DELETE /ID/mutes/nobody                   401           403         403          403         204   204        204
GET /ID/audit                             401           403         403          403         200   200        200
`);

/** The same for guests, where there is no issuer. Over HTTP everybody is an operator on this machine. */
const guestMatrix = parse(`
                              guest      host         banned      banned, now without its participantToken
connect                       ok         ok           ok          ok
joinEvent                     ok         ok           FORBIDDEN   ok
watchEvent                    ok         ok           ok          ok
leaveEvent                    ok         ok           ok          ok
sendMessage {"text":"hello"}  ok         ok           NOT_JOINED  ok
typing {"isTyping":true}      ok         ok           NOT_JOINED  ok
react {"reaction":"👍"}        ok         ok           NOT_JOINED  ok
getActiveEvents               ok         ok           ok          ok
getHistory                    ok         ok           NOT_JOINED  ok
ping                          ok         ok           ok          ok
announce {"text":"hello"}     FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
pin {"seq":2}                 FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
unpin                         FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
deleteMessage {"seq":1}       FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
kick {"participantId":"x"}    FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
ban {"participantId":"x"}     FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
unban {"participantId":"x"}   FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
mute {"participantId":"x","seconds":10}  FORBIDDEN  ok  NOT_JOINED  FORBIDDEN
unmute {"participantId":"x"}  FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
kick {"subject":"nobody"}     FORBIDDEN  BAD_REQUEST  NOT_JOINED  FORBIDDEN
updateEvent {"paused":false}  FORBIDDEN  ok           NOT_JOINED  FORBIDDEN
`);

interface Row {
  request: string;
  expected: Record<string, string>;
}

/** Columns are two spaces apart. */
function parse(text: string): Row[] {
  const [roles = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
  return rows.map(([request = '', ...outcomes]) => ({
    request,
    expected: Object.fromEntries(roles.map((role, i) => [role, `${outcomes[i]}`])),
  }));
}

const named = (rows: Row[]): [string, Row][] => rows.map((row) => [row.request, row]);
const isHttp = ({ request }: Row) => request.includes(' /');
const actions = named(matrix.filter((row) => !isHttp(row)));
const routes = named(matrix.filter(isHttp));

/** Somebody who tries. */
interface Person {
  token?: string | undefined;
  participantToken?: string | undefined;
  isIn?: boolean;
}

type Ask = (action: string, data: object) => Promise<string>;

/** How to connect, and to learn what becomes of a request: `ok` or a code. */
const wires: Record<string, (person: Person, url: string) => Promise<Ask | string>> = {
  JSON: async ({ token: shown }, url) => {
    const address = shown === undefined ? url : withToken(shown, url);
    const client = await connect(address).catch(({ message }: Error) => message);
    if (client === 'Unexpected server response: 401') return 'UNAUTHORIZED';
    if (typeof client === 'string') return client;
    return (action, data) =>
      client.request(action, data).then(
        () => 'ok',
        ({ code }: Refused) => code,
      );
  },
  'Socket.IO': async ({ token: shown }, url) => {
    const client = socketClient({ auth: { token: shown }, reconnection: false }, url);
    const refused = await new Promise<string | undefined>((resolve) => {
      client.socket.once('connect', () => resolve(undefined));
      client.socket.once('connect_error', (error) => resolve((error as unknown as Refused).data.code));
    });
    return refused ?? (async (action, data) => (await client.ask(action, data)).error?.code ?? 'ok');
  },
};

/** What becomes of the requests of each role, one role after the other; of a role, those that differ. */
async function outcomes(
  people: Record<string, Person[]>,
  outcome: (person: Person) => Promise<string>,
): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const [role, persons] of Object.entries(people)) {
    all[role] = [...new Set(await Promise.all(persons.map(outcome)))].join(' or ');
  }
  return all;
}

/** Nobody may be called as a host who is in the event. */
let names = 0;

async function outcomeOf(
  person: Person,
  { request, wire, url, event }: { request: string; wire: string; url: string; event: () => Promise<string> },
): Promise<string> {
  const ask = await wires[wire]?.(person, url);
  if (typeof ask !== 'function') return `${ask}`;
  const { participantToken, isIn } = person;
  const join = { eventId: await event(), username: `somebody ${++names}`, participantToken };
  if (isIn) expect(await ask('joinEvent', join)).toBe('ok');
  const [action = '', data = '{}'] = request.split(' ');
  if (action === 'connect') return 'ok';
  return ask(action, ['joinEvent', 'watchEvent'].includes(action) ? join : JSON.parse(data));
}

describe('with an issuer', () => {
  let people: Record<string, Person[]>;
  let operator: string;
  let shared: string;
  beforeAll(async () => {
    operator = await token({ sub: 'operator', scope: 'chat:operate' });
    people = {
      bad: Object.values(await badTokens()).map((bad) => ({ token: bad })),
      outsider: [{ token: await token({ sub: 'outsider' }) }],
      participant: [{ token: await token({ sub: 'participant', scope: 'openid chat' }), isIn: true }],
      banned: [{ token: await token({ sub: 'banned' }) }],
      host: [{ token: await token({ sub: 'host' }), isIn: true }],
      moderator: [{ token: await token({ sub: 'moderator', scope: 'chat:moderate' }), isIn: true }],
      operator: [{ token: operator, isIn: true }],
    };
    shared = await prepareEvent();
  });

  /** An event with a host, somebody who is banned, and a message. */
  async function prepareEvent(): Promise<string> {
    const eventId = await newEvent({ hosts: [{ subject: 'host' }] });
    const ban = { method: 'POST', body: { subject: 'banned' }, headers: bearer(operator) };
    await http(`/${eventId}/bans`, ban);
    await (await enter(eventId, '', { url: withToken(operator) })).say('the first');
    return eventId;
  }

  /** One of its own for what cannot be taken back. */
  const eventFor = async (request: string) =>
    /"ended"|"banned"|pin|^DELETE \/ID$/.test(request) ? prepareEvent() : shared;

  describe.for(Object.keys(wires))('on %s', (wire) => {
    test.for(actions)('%s', async ([request, { expected }]) => {
      const place = { request, wire, url: inject('chatUrl'), event: () => eventFor(request) };
      // Whoever cannot connect can ask for nothing: any one of them will do.
      const bad = people.bad?.slice(request === 'connect' ? 0 : -1) ?? [];
      expect(await outcomes({ ...people, bad }, (person) => outcomeOf(person, place))).toEqual(expected);
    });
  });

  test.for(routes)('%s', async ([request, { expected }]) => {
    const [method = '', path = '', body] = request.split(' ');
    const eventId = await eventFor(request);
    const outcome = async ({ token: shown }: Person) => {
      const { status } = await http(path.replace(/^\/(?=\?|$)/, '').replace('ID', eventId), {
        method,
        body,
        headers: shown === undefined ? {} : bearer(shown),
      });
      return `${status}`;
    };
    expect(await outcomes(people, outcome)).toEqual(expected);
  });

  test('a host is one of its event alone, and as long as an operator says so', async () => {
    const [mine, other] = [await newEvent({ hosts: [{ subject: 'hugo' }] }), await newEvent()];
    const hugo = await token({ sub: 'hugo' });
    const client = await enter(mine, '', { url: withToken(hugo) });
    const pause = (id: string) =>
      http(`/${id}`, { method: 'PATCH', body: { paused: false }, headers: bearer(hugo) });
    await client.request('updateEvent', { paused: false });
    expect([(await pause(mine)).status, (await pause(other)).status]).toEqual([200, 403]);
    await client.join(other, '');
    await expect(client.request('updateEvent', { paused: false })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await client.join(mine, '');
    await http(`/${mine}`, { method: 'PATCH', body: { hosts: [] }, headers: bearer(operator) });
    await expect(client.request('updateEvent', { paused: false })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await pause(mine)).status).toBe(403);
  });

  test('rights are those of the token that is shown, not of whoever else is the same person', async () => {
    const weak = await token({ sub: 'moderator' });
    const tabs = [weak, `${people.moderator?.[0]?.token}`].map((shown) =>
      enter(shared, '', { url: withToken(shown) }),
    );
    const [asMyself, asModerator] = await Promise.all(tabs);
    await expect(asMyself?.request('kick', { subject: 'nobody' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await asModerator?.request('kick', { subject: 'nobody' })).toEqual({});
    expect((await http(`/${shared}/bans`, { headers: bearer(weak) })).status).toBe(403);
  });

  test('a host who is banned moderates no more', async () => {
    const eventId = await newEvent({ hosts: [{ subject: 'hugo' }] });
    const hugo = bearer(await token({ sub: 'hugo' }));
    const ban = { method: 'POST', body: { subject: 'hugo' }, headers: bearer(operator) };
    const { participantId } = (await http<{ participantId: string }>(`/${eventId}/bans`, ban)).body;
    const unban = await http(`/${eventId}/bans/${participantId}`, { method: 'DELETE', headers: hugo });
    expect(unban.status).toBe(403);
  });

  // Last: it looks at what the others have left.
  test('nobody who was refused has left a trace', async () => {
    const answer = await http<{ records: { by: string }[] }>(`/${shared}/audit?limit=100`, {
      headers: bearer(operator),
    });
    const allowed = await Promise.all(
      ['host', 'moderator', 'operator'].map(async (role) => {
        const client = await connect(withToken(`${people[role]?.[0]?.token}`));
        return (await client.join(shared, '')).participant.id;
      }),
    );
    expect(new Set(answer.body.records.map(({ by }) => by))).toEqual(new Set(allowed));
  });
});

describe('without an issuer', () => {
  let stack: RunningChat;
  let people: Record<string, Person[]>;
  let eventId: string;
  const url = () => `${stack.outputs.WebSocketUrl}`;
  const events = () => `${stack.outputs.EventsUrl}`;

  beforeAll(async () => {
    stack = await runChatHere(unlimited);
    eventId = await createEvent('Guests', events());
    const [host, banned] = [await join('host'), await join('banned')];
    const hosts = [{ participantId: host.participant.id }];
    await http(`/${eventId}`, { method: 'PATCH', body: { hosts }, url: events() });
    const body = { participantId: banned.participant.id };
    await http(`/${eventId}/bans`, { method: 'POST', body, url: events() });
    people = {
      guest: [{ isIn: true }],
      host: [{ participantToken: host.participantToken, isIn: true }],
      banned: [{ participantToken: banned.participantToken }],
      'banned, now without its participantToken': [{ isIn: true }],
    };
  });
  afterAll(() => stack.stop());

  async function join(username: string): Promise<Replies['joinEvent']> {
    const client = await connect(url());
    const reply = await client.join(eventId, username);
    await client.say('hello');
    return reply;
  }

  describe.for(Object.keys(wires))('on %s', (wire) => {
    test.for(named(guestMatrix))('%s', async ([request, { expected }]) => {
      const place = { request, wire, url: url(), event: async () => eventId };
      expect(await outcomes(people, (person) => outcomeOf(person, place))).toEqual(expected);
    });
  });

  test('a token is nothing', async () => {
    const place = { request: 'connect', url: url(), event: async () => eventId };
    for (const wire of Object.keys(wires)) {
      expect(await outcomeOf({ token: 'whatever' }, { wire, ...place })).toBe('ok');
    }
  });
});
