import { expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { connect, enter, http, refusal } from '../support/chat.ts';
import { connectSocket } from '../support/sockets.ts';
import { bearer, newEvent, token, withToken } from '../support/tokens.ts';

/** Hosts, moderators and operators are told apart, and nobody takes a name that looks like theirs. */

const hostsOf = (subjects: string[]) => ({ hosts: subjects.map((subject) => ({ subject })) });
const eventOf = (...subjects: string[]) => newEvent(hostsOf(subjects));
const setHosts = async (eventId: string, hosts: string[]) =>
  http(`/${eventId}`, {
    method: 'PATCH',
    body: hostsOf(hosts),
    headers: bearer(await token({ sub: 'operator', scope: 'chat:operate' })),
  });

let count = 0;
/** Somebody in the event: a subject of its own for each name and right. */
async function somebody(eventId: string, name: string, { scope = '', sub = `${name} ${++count}` } = {}) {
  const url = withToken(await token({ sub, name, scope }));
  return { client: await enter(eventId, '', { url }), sub, url };
}

const roles = {
  operator: { scope: 'chat:operate' },
  moderator: { scope: 'chat:moderate' },
  host: { sub: 'the host' },
};

test.for(Object.entries(roles))(
  '%s: in the ack, the history, userJoined, newMessage',
  async ([role, who]) => {
    const eventId = await eventOf('the host');
    const { client: bob } = await somebody(eventId, 'bob');
    const url = withToken(await token({ name: 'mia', sub: `mia, a ${role}`, ...who }));
    const mia = await connect(url);
    const { participant } = await mia.join(eventId, '');
    expect(participant).toMatchObject({ username: 'mia', role });
    expect((await mia.next('eventHistory')).participants).toMatchObject([{ username: 'bob' }, { role }]);
    expect(await bob.next('userJoined')).toMatchObject({ participant: { username: 'mia', role } });
    const said = await mia.say('welcome');
    expect(said.participant).toEqual({ id: participant.id, username: 'mia', role });
    expect(await bob.next('newMessage')).toEqual(said);
    const bobSaid = await bob.say('thanks');
    expect(bobSaid.participant).not.toHaveProperty('role');
    const pages = await http<{ messages: Message[] }>(`/${eventId}/messages`);
    expect(pages.body.messages).toEqual([said, bobSaid]);
    await mia.close();
    expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'mia', role } });
  },
);

test('whoever becomes a host, or is none any more, while in the event', async () => {
  const eventId = await eventOf();
  const { client: bob } = await somebody(eventId, 'bob');
  const { client: eve, sub } = await somebody(eventId, 'eve');
  expect((await eve.say('as anybody')).participant).not.toHaveProperty('role');
  await setHosts(eventId, [sub]);
  expect((await eve.say('as a host')).participant).toMatchObject({ role: 'host' });
  const history = await bob.request<ServerToClient['eventHistory']>('getHistory');
  expect(history.messages.map(({ participant }) => participant.role)).toEqual([undefined, 'host']);
  await setHosts(eventId, []);
  expect((await eve.say('as anybody again')).participant).not.toHaveProperty('role');
});

test('a role is recovered with the session', async () => {
  const eventId = await eventOf();
  const auth = { token: await token({ sub: 'a mod', name: 'mod', scope: 'chat:moderate' }) };
  const mod = await connectSocket({ auth, reconnectionDelay: 20 });
  await mod.ask('joinEvent', { eventId });
  await mod.hears('eventHistory');
  await mod.cut();
  await mod.comeBack();
  expect(mod.socket.recovered).toBe(true);
  expect(await mod.ask('sendMessage', { text: 'back' })).toMatchObject({
    message: { participant: { role: 'moderator' } },
  });
  const url = withToken(await token({ sub: 'not a mod', name: 'Mod' }));
  expect(await refusal((await connect(url)).join(eventId, ''))).toMatchObject({ code: 'BAD_REQUEST' });
});

test.for([
  'Mia Host',
  'MIA HOST',
  'Mia\u00a0Host',
  'MiaHost',
  'Ｍｉａ Ｈｏｓｔ',
  'Mia Hоst',
  'Mіa Host',
  'Мia Host',
])('%j is refused while Mia Host is there, and welcome afterwards', async (name) => {
  const eventId = await eventOf('mia the host');
  const { client: mia } = await somebody(eventId, 'Mia Host', { sub: 'mia the host' });
  const mallory = await connect(withToken(await token({ sub: `mallory ${++count}`, name })));
  expect(await refusal(mallory.join(eventId, ''))).toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: 'username', message: expect.stringContaining('looks like') }],
  });
  await mia.request('leaveEvent');
  expect((await mallory.join(eventId, '')).participant.username.length).toBeGreaterThan(0);
});

test('those with a role may be called alike, and so may their own tabs', async () => {
  const eventId = await eventOf('mia the host');
  const { url } = await somebody(eventId, 'Mia', { sub: 'mia the host' });
  const tab = await enter(eventId, '', { url });
  await somebody(eventId, 'mia', { scope: 'chat:moderate' });
  await tab.request('joinEvent', { eventId });
  const { participants } = await tab.next('eventHistory');
  expect(participants).toMatchObject([{ role: 'host' }, { role: 'moderator' }]);
});
