import { createRequire } from 'node:module';
import { io as newest } from 'socket.io-client';
import { describe, expect, inject, test } from 'vitest';
import WebSocket from 'ws';
import type { Replies } from '../../shared/protocol/replies.ts';
import { connect, enter, http } from '../support/chat.ts';
import { connectPackets } from '../support/packet-client.ts';
import { connectSocket, enterSocket, socketClient } from '../support/sockets.ts';
import { badTokens, bearer, newEvent, token, withToken } from '../support/tokens.ts';

const required = 'Valid credentials are required.';

describe('a handshake on the JSON wire', () => {
  /** What came of it: the subprotocol that was agreed on, or why there is no connection. */
  function handshake(url: string, subprotocols: string[]): Promise<string> {
    const socket = new WebSocket(url, subprotocols);
    return new Promise<string>((resolve) => {
      socket.once('open', () => resolve(`open: ${socket.protocol}`));
      socket.once('error', ({ message }) => resolve(message));
    }).finally(() => socket.terminate());
  }
  const refused = 'Unexpected server response: 401';

  test.for<[subprotocols: string, query: string, outcome: string]>([
    ['', '?token=GOOD', 'open: '],
    ['live-event-chat,GOOD', '', 'open: live-event-chat'],
    ['live-event-chat', '?token=GOOD', 'open: live-event-chat'],
    ['live-event-chat,GOOD', '?token=BAD', 'open: live-event-chat'],
    ['live-event-chat,BAD', '?token=GOOD', refused],
    ['live-event-chat,BAD', '', refused],
    ['live-event-chat', '', refused],
    ['GOOD,live-event-chat', '', refused],
    ['GOOD', '', refused],
    ['', '?token=BAD', refused],
    ['', '?token=', refused],
    ['', '?access_token=GOOD', refused],
    ['', '', refused],
    // Ours is not what was asked for, so the client does not want the connection.
    ['mqtt', '?token=GOOD', 'Server sent no subprotocol'],
  ])('subprotocols [%s], query %s: %s', async ([subprotocols, query, outcome]) => {
    const good = await token({ sub: 'ana' });
    const fill = (text: string) => text.replace('GOOD', good).replace('BAD', 'no.good.token');
    const offered = subprotocols === '' ? [] : fill(subprotocols).split(',');
    expect(await handshake(`${inject('chatUrl')}${fill(query)}`, offered)).toBe(outcome);
  });

  test.for(['no token', 'expired', 'wrong audience', 'alg none'])(
    'with %s ends at the upgrade',
    async (what) => {
      const bad = (await badTokens())[what];
      expect(await handshake(withToken(`${bad ?? ''}`), [])).toBe(refused);
    },
  );
});

/** Old versions whose types TypeScript does not find. */
const old = (version: string) =>
  (createRequire(import.meta.url)(`socket.io-client-${version}`) as { io: typeof newest }).io;
const versions = { newest, '4.6': old('4.6'), '4.1': old('4.1'), '4.0': old('4.0') };

describe.for(Object.entries(versions))('socket.io-client %s', ([, io]) => {
  test('is told that it is refused, and no more', async () => {
    const { expired, 'wrong signature': forged } = await badTokens();
    const refusals = [];
    for (const auth of [{}, { token: 7 }, { token: forged }, { token: expired }]) {
      refusals.push(await socketClient({ auth }, undefined, io).hears('connect_error'));
    }
    const refused = { message: required, data: { code: 'UNAUTHORIZED' } };
    const reason = 'The token has expired.';
    expect(refusals).toEqual([
      refused,
      refused,
      refused,
      { ...refused, data: { code: 'UNAUTHORIZED', reason } },
    ]);
  });

  test('asks its auth function for a token each time', async () => {
    const eventId = await newEvent();
    const shown = ['no.good.token', await token({ sub: 'ana' }), await token({ sub: 'bob' })];
    const auth = (show: (auth: object) => void) => show({ token: shown.shift() });
    const client = socketClient({ auth, reconnectionDelay: 10 }, undefined, io);
    expect(await client.hears('connect_error')).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
    client.socket.connect();
    await client.hears('connect');
    const ana = await client.ask('joinEvent', { eventId });
    client.cutBriefly();
    await client.hears('connect');
    const bob = await client.ask('joinEvent', { eventId });
    expect([ana, bob].map(({ participant }) => participant?.username)).toEqual(['ana', 'bob']);
  });
});

describe('over HTTP', () => {
  const create = (headers: Record<string, string>, url?: string) =>
    http<object>('', { method: 'POST', body: { name: 'New' }, headers, ...(url && { url }) });

  test('a bad token is answered with 401, how to do better, and nothing else', async () => {
    for (const [what, bad] of Object.entries(await badTokens())) {
      const { status, headers, body } = await create(bad === undefined ? {} : bearer(bad));
      expect([status, headers.get('www-authenticate')], what).toEqual([401, 'Bearer']);
      const reason = {
        expired: 'The token has expired.',
        'nobody named': 'The token has no subject or no usable username.',
      }[what];
      const error = { code: 'UNAUTHORIZED', message: required, ...(reason && { reason }) };
      expect(body, what).toEqual({ error });
    }
  });

  test('a token that does not suffice is answered with 403, which no other token would change', async () => {
    const { status, headers, body } = await create(bearer(await token({ sub: 'ana' })));
    expect([status, headers.get('www-authenticate')]).toEqual([403, null]);
    expect(body).toEqual({ error: { code: 'FORBIDDEN', message: 'This is not allowed.' } });
  });

  test('a token is shown in the header alone', async () => {
    const good = await token({ sub: 'ana', scope: 'chat:operate' });
    const events = inject('eventsUrl');
    const statuses = [];
    for (const authorization of [
      `Bearer ${good}`,
      `bearer  ${good}`,
      good,
      `Basic ${good}`,
      `Bearer ${good} x`,
    ]) {
      statuses.push((await create({ authorization })).status);
    }
    statuses.push((await create({ cookie: `token=${good}` })).status);
    statuses.push((await create({}, `${events}?token=${good}&access_token=${good}`)).status);
    expect(statuses).toEqual([201, 201, 401, 401, 401, 401, 401]);
  });
});

describe('who somebody is', () => {
  test('says the token, whatever joinEvent or auth say', async () => {
    const eventId = await newEvent();
    const bob = await enter(eventId, '', {
      url: withToken(await token({ sub: 'bob', preferred_username: 'Bob' })),
    });
    const { participant } = await bob.join(eventId, '');
    const mine = {
      token: await token({ sub: 'ana', name: '\u202eAna\n' }),
      participantToken: 'x'.repeat(43),
    };
    const json = await connect(withToken(mine.token));
    const socket = await connectSocket({ auth: { ...mine, username: 'Bob', participantId: participant.id } });
    for (const lie of [
      {},
      { username: 'Bob' },
      { username: 7 },
      { participantToken: 'x' },
      { participant },
    ]) {
      const reply = await json.request<Replies['joinEvent']>('joinEvent', { eventId, ...lie });
      expect(reply).not.toHaveProperty('participantToken');
      const { ok, ...sameReply } = await socket.ask('joinEvent', { eventId, ...lie });
      for (const { participant: me } of [reply, sameReply]) {
        expect(me).toMatchObject({ username: 'Ana' });
        expect(me?.id).not.toBe(participant.id);
      }
    }
    await bob.settle();
    // However often it joins, in two tabs.
    expect(bob.all('userJoined')).toHaveLength(1);
    expect(bob.all('userLeft')).toEqual([]);
  });

  test('is the same on both wires, in every tab, with every token, and afterwards', async () => {
    const eventId = await newEvent();
    const bob = await enter(eventId, '', { url: withToken(await token({ sub: 'bob' })) });
    const [one, two] = [
      await token({ sub: 'ana' }),
      await token({ sub: 'ana', scope: 'email', seconds: '60' }),
    ];
    const tab = await enter(eventId, '', { url: withToken(one) });
    const { participant, event } = await tab.join(eventId, '');
    expect(event.participantCount).toBe(2);
    const socket = await enterSocket(eventId, '', { auth: { token: two } });
    expect((await socket.ask('joinEvent', { eventId })).participant?.id).toBe(participant.id);
    await tab.close();
    socket.socket.disconnect();
    expect(await bob.next('userLeft')).toMatchObject({
      participant: { id: participant.id },
      participantCount: 1,
    });
    const back = await connect(withToken(two));
    expect(await back.join(eventId, '')).toMatchObject({
      participant: { id: participant.id },
      event: { participantCount: 2 },
    });
  });

  test('is not for others to take over with the session', async () => {
    const eventId = await newEvent();
    const bob = await enter(eventId, '', { url: withToken(await token({ sub: 'bob' })) });
    const ana = await enterSocket(eventId, '', { auth: { token: await token({ sub: 'ana' }) } });
    const { _pid: pid, _lastOffset: offset } = ana.socket as unknown as { _pid: string; _lastOffset: string };
    const steal = async (shown?: string) => {
      const mallory = await connectPackets();
      await mallory.next();
      const answer = await mallory.ask(`40${JSON.stringify({ token: shown, pid, offset })}`);
      const mine = await mallory.ask('420["getHistory",{}]');
      return `${answer} ${mine}`;
    };
    const stolen = await token({ sub: 'mallory', scope: 'chat:operate' });
    expect(await steal(stolen)).not.toContain(`${ana.socket.id}`);
    await ana.cut();
    expect(await steal(stolen)).toContain('NOT_JOINED');
    const { text } = await bob.say('is that you?');
    await ana.comeBack();
    expect(ana.socket.recovered).toBe(true);
    await ana.hears('newMessage', { text });
    expect(bob.all('userLeft')).toEqual([]);
  });
});
