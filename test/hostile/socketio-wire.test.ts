import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { decodePacket } from '../../shared/protocol/socketio.ts';
import { createEvent, http } from '../support/chat.ts';
import { PacketClient } from '../support/packet-client.ts';
import { at, auths, isRight, packets, patience, payloads, tries } from './arbitraries.ts';
import { expectNothingInternal, expectRefusal } from './what-comes-back.ts';

type Reply = { ok: true; message?: Message } | { ok: false; error: ErrorData };

async function opened(): Promise<PacketClient> {
  const client = await PacketClient.connect(`${inject('chatUrl')}?EIO=4&transport=websocket`);
  expect(await client.next()).toMatch(/^0\{/);
  return client;
}

async function connected(): Promise<PacketClient> {
  const client = await opened();
  expect(await client.ask('40')).toMatch(/^40\{/);
  return client;
}

/** What comes up to a packet that begins so, or up to the end of the connection. */
async function hear(client: PacketClient, last: string): Promise<string[]> {
  const heard: string[] = [];
  while (!heard.at(-1)?.startsWith(last)) {
    const text = await client.nextOrClose();
    if (text === undefined) return [...heard, 'closed'];
    expectNothingInternal(text);
    heard.push(text);
  }
  return heard;
}

async function ask(client: PacketClient, id: number, ...event: [action: string, data?: object]) {
  client.send(`42${id}${JSON.stringify(event)}`);
  return hear(client, `43${id}[`);
}

/** What acks and the event `error` tell. */
const repliesIn = (heard: string[]): Reply[] =>
  heard.flatMap((text) => {
    const packet = decodePacket(text);
    if (packet?.type === 'ack') return packet.args as Reply[];
    const isError = packet?.type === 'event' && packet.name === 'error';
    return isError ? [{ ok: false, error: packet.args[0] as ErrorData }] : [];
  });

function expectRefusals(replies: Reply[]): void {
  for (const reply of replies) if (!reply.ok) expectRefusal(reply.error);
}

/** With the one behind it, a number that no hostile packet has. */
const PING_ID = 424_242;
const expectUsable = async (client: PacketClient) =>
  expect((await ask(client, PING_ID, 'ping')).at(-1)).toBe(`43${PING_ID}[{"ok":true}]`);

/** How the answer to a packet begins; empty if none is certain. */
function answerTo(text: string): string {
  const packet = decodePacket(text);
  if (packet?.type === 'pong' || packet?.type === 'attachment') return '';
  if (packet?.type === 'connect' && packet.namespace !== '/') return `44${packet.namespace},{`;
  if (packet?.type === 'connect' || packet?.namespace !== '/') return 'closed';
  if (packet.type !== 'event' && packet.type !== 'binary') return '';
  if (packet.id !== undefined) return `43${packet.id}[{`;
  const isSilent = packet.type === 'event' && isRight(String(packet.name), packet.args[0] ?? {});
  return isSilent ? '' : '42["error",{';
}

/** After a goodbye, anything closes. */
const isGoodbye = (text: string) => answerTo(text) === '' && decodePacket(text)?.type === 'disconnect';

test('a packet is answered, or ignored, or closes the connection, as with Socket.IO', patience, async () => {
  const eventId = await createEvent();
  const some = fc.array(
    packets.filter((text) => !isGoodbye(text)),
    { minLength: 1, maxLength: 12, size: 'max' },
  );
  const property = fc.asyncProperty(some, (texts) =>
    Promise.all(
      texts.map(async (text) => {
        const client = await connected();
        client.send(at(eventId, text));
        const answer = answerTo(at(eventId, text));
        const heard = answer === '' ? [] : await hear(client, answer);
        expect(heard.at(-1)?.slice(0, answer.length) ?? '').toBe(answer);
        expectRefusals(repliesIn(heard));
        if (answer !== 'closed') await expectUsable(client);
        await client.close();
      }),
    ).then(() => {}),
  );
  await fc.assert(property, tries);
});

const events = payloads.filter((payload) => decodePacket(`420${payload}`)?.type === 'event');

test(
  'each event is acknowledged once and closes nothing; only what was accepted is stored and heard',
  patience,
  async () => {
    const some = fc.array(events, { minLength: 1, maxLength: 25, size: 'max' });
    const property = fc.asyncProperty(some, async (list) => {
      const eventId = await createEvent();
      const [bob, mallory] = [await connected(), await connected()];
      await ask(bob, 0, 'joinEvent', { eventId, username: 'bob' });
      await ask(mallory, PING_ID, 'joinEvent', { eventId, username: 'mallory' });

      for (const [id, payload] of list.entries()) mallory.send(at(eventId, `42${id}${payload}`));
      const heard: string[] = [];
      while (heard.filter((text) => text.startsWith('43')).length < list.length) {
        heard.push(...(await hear(mallory, '4')));
        expect(heard).not.toContain('closed');
      }
      heard.push(...(await ask(mallory, PING_ID, 'joinEvent', { eventId, username: 'mallory' })));
      heard.push(...(await ask(mallory, PING_ID + 1, 'sendMessage', { text: 'still here' })));
      const numbers = heard.flatMap((text) => /^43(\d+)/.exec(text)?.[1] ?? []).map(Number);
      expect(numbers.sort((a, b) => a - b)).toEqual([...list.keys(), PING_ID, PING_ID + 1]);
      const replies = repliesIn(heard);
      expectRefusals(replies);

      const { body } = await http<{ messages: Message[] }>(`/${eventId}/messages?limit=100`);
      const accepted = replies.flatMap((reply) => (reply.ok && reply.message) || []);
      const bySeq = new Map(accepted.map((message) => [message.seq, message]));
      expect(body.messages).toEqual([...bySeq.values()].sort((a, b) => a.seq - b.seq));
      const heardByBob: unknown[] = [];
      while (heardByBob.length < bySeq.size) {
        const packet = decodePacket(`${(await hear(bob, '42')).at(-1)}`);
        if (packet?.type === 'event' && packet.name === 'newMessage') heardByBob.push(packet.args[0]);
      }
      expect(heardByBob).toEqual(body.messages);
      await Promise.all([bob.close(), mallory.close()]);
    });
    await fc.assert(property, tries);
  },
);

/** What a CONNECT_ERROR says, which has the message apart. */
function refusalIn(text: string): ErrorData {
  const { message, data } = JSON.parse(text.slice(2));
  return { message, ...data };
}

test('whatever CONNECT shows, it is answered, and the connection is as good as any', patience, async () => {
  const property = fc.asyncProperty(fc.array(auths, { minLength: 1, maxLength: 8 }), (list) =>
    Promise.all(
      list.map(async (auth) => {
        const client = await opened();
        client.send(`40${auth}`);
        const answer = (await hear(client, '4')).at(-1) ?? '';
        expect(answer).toMatch(decodePacket(`40${auth}`) ? /^4[04]\{/ : /^closed$/);
        if (answer.startsWith('40')) await expectUsable(client);
        else if (answer !== 'closed') expectRefusal(refusalIn(answer));
        await client.close();
      }),
    ).then(() => {}),
  );
  await fc.assert(property, tries);
});
