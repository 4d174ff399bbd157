import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Event } from '../../shared/protocol/entities.ts';
import { connect, http } from '../support/chat.ts';
import { socketClient } from '../support/sockets.ts';
import { bearer, token, withToken } from '../support/tokens.ts';

// The shortest way through everything, on a deployed stage with IAM or an issuer, or on a local stack.

let operator = '';
let user = '';
let event: Event;

const shows = (shown: string) => (shown ? bearer(shown) : {});
const chatUrl = (shown: string) => (shown ? withToken(shown) : inject('chatUrl'));

beforeAll(async () => {
  operator = inject('operatorToken') || (await localToken({ sub: 'operator', scope: 'chat:operate' }));
  user = inject('userToken') || (await localToken({ sub: 'user' }));
  const { status, body } = await http<Event>('', {
    ...{ method: 'POST', headers: shows(operator), body: { name: 'Smoke test' } },
  });
  expect(status).toBe(201);
  event = body;
});

const localToken = async (claims: Record<string, string>) =>
  inject('isDeployed') ? '' : token(claims, inject('issuerUrl'));

test('everybody may read the event', async () => {
  expect(await (await fetch(`${inject('eventsUrl')}/${event.id}`)).json()).toMatchObject({ id: event.id });
  expect((await http<{ events: Event[] }>('')).body.events).toContainEqual(
    expect.objectContaining({ id: event.id }),
  );
});

test('a JSON client and a Socket.IO client chat with each other', async () => {
  const ana = await connect(chatUrl(operator));
  await ana.join(event.id, 'ana');
  await ana.next('eventHistory');
  // Without a token of their own they are one person in two tabs.
  const ben = socketClient({ auth: user || operator ? { token: user || operator } : {} });
  await ben.hears('connect');
  expect(await ben.ask('joinEvent', { eventId: event.id, username: 'ben' })).toMatchObject({ ok: true });
  await ben.hears('eventHistory');
  const sent = await ana.say('hello ben', 'smoke-1');
  expect(await ben.hears('newMessage')).toEqual(sent);
  expect(await ana.say('hello ben', 'smoke-1')).toEqual(sent);
  const { message } = await ben.ask('sendMessage', { text: 'hello ana' });
  await ana.next('newMessage');
  expect(await ana.next('newMessage')).toEqual(message);

  await ben.cut();
  const missed = await ana.say('are you there?');
  await ben.comeBack();
  expect(await ben.hears('newMessage', { seq: missed.seq })).toEqual(missed);
  expect(ben.socket.recovered).toBe(true);
});

describe('without credentials', () => {
  test('nobody creates an event', async (context) => {
    if (!operator && !inject('isDeployed')) context.skip('a local stack without an issuer is open');
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(inject('eventsUrl'), { method: 'POST', headers, body: '{"name":"Mine"}' });
    expect([401, 403]).toContain(response.status);
  });

  test('nobody joins, where an issuer is set', async (context) => {
    if (!operator)
      context.skip('without an issuer guests may join; set OPERATOR_TOKEN or TOKEN_URL if the stage has one');
    await expect(connect(inject('chatUrl'))).rejects.toThrow('401');
    const nobody = socketClient({ reconnection: false });
    expect(await nobody.hears('connect_error')).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
  });

  test('guests join, where no issuer is set', async (context) => {
    if (operator) context.skip('the stage has an issuer');
    const guest = await connect();
    expect(await guest.join(event.id, 'guest')).toMatchObject({ participantToken: expect.any(String) });
  });
});

test('somebody without rights creates no event', async (context) => {
  if (!user) context.skip('set USER_TOKEN, a token without the scope of operators');
  const { status } = await http('', { method: 'POST', headers: shows(user), body: { name: 'Mine' } });
  expect(status).toBe(403);
});

test('the operator ends the event, and whoever is in it hears so', async () => {
  const ana = await connect(chatUrl(user || operator));
  await ana.join(event.id, 'ana');
  await ana.next('eventHistory');
  const ended = { method: 'PATCH', headers: shows(operator), body: { status: 'ended' } };
  expect((await http(`/${event.id}`, ended)).body).toMatchObject({ status: 'ended' });
  expect(await ana.next('eventEnded')).toMatchObject({ event: { id: event.id, status: 'ended' } });
});
