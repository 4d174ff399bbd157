import { expect } from 'vitest';
import type { Entry } from '../../infra/built.ts';
import { newSecret } from '../../shared/ids.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { hears } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { expectListed, type Mark, windowMarks } from '../support/deaths.ts';
import { enter, enterSocket, newEvent, type Stage } from '../support/stage.ts';

/** Sends a message under an id of the client's. */
export type Send = (text: string, clientMessageId: string) => Promise<Message>;

const sent: readonly Mark[] = [
  ['its rate', 'RATE#', 1],
  ['the head', ' HEAD', 1],
  ['the message with its marker', 'MSG#', 1],
];

interface Wire {
  sender: Entry;
  marks: readonly Mark[];
  enter: (stage: Stage, eventId: string, participantToken: string) => Promise<Send>;
}

export const wires: Readonly<Record<string, Wire>> = {
  JSON: {
    sender: 'websocket/send-message',
    marks: [...sent, ...windowMarks],
    enter: async (stage, eventId, participantToken) => {
      const client = await enter(stage, eventId, 'ana', { participantToken });
      return (text, clientMessageId) => client.say(text, clientMessageId);
    },
  },
  'Socket.IO': {
    sender: 'websocket/default',
    // The window is the same.
    marks: sent,
    enter: async (stage, eventId, participantToken) => {
      // The connection of a Lambda that died is closed: what was sent to it meanwhile is for the library to repeat.
      const repeating = { ackTimeout: 2_000, retries: 20 };
      const auth = { participantToken };
      const client = await enterSocket(stage, eventId, 'ana', { auth, ...repeating });
      return async (text, clientMessageId) => {
        const { ok, message, error } = await client.ask('sendMessage', { text, clientMessageId });
        if (!ok || !message) throw new Error(error?.code);
        return message;
      };
    },
  },
};

/** Everything that somebody has heard said, a repeated `seq` once. */
export const firsts = (client: ChatClient): Message[] => [
  ...new Map(client.all('newMessage').map((message) => [message.seq, message])).values(),
];

/** A message whose sender died after a write, sent again from wherever, is one message. */
export async function sendAgain(stage: Stage, wire: string, [, of, writes]: Mark): Promise<void> {
  const { sender, marks, enter: enterOn } = wires[wire] as Wire;
  const eventId = await newEvent(stage);
  const participantToken = newSecret();
  const bob = await enter(stage, eventId, 'bob');
  const ana = await enterOn(stage, eventId, participantToken);
  const tab = await enterOn(stage, eventId, participantToken);
  const again: Record<string, (text: string) => Promise<Message[]>> = {
    'on the same connection': async (text) => [await ana(text, text)],
    'on a new one': async (text) => [await (await enterOn(stage, eventId, participantToken))(text, text)],
    'from two tabs at once': (text) => Promise.all([ana, tab].map((send) => send(text, text))),
  };
  const from = stage.writes.length;
  for (const [text, repeat] of Object.entries(again)) {
    await stage.dieAfterWrites({ function: sender, of, writes }, () => ana(text, text));
    const acked = await repeat(text);
    // Once more, now that all is well.
    acked.push(await tab(text, text));
    await hears(bob, text);
    for (const message of acked) expect(message).toEqual(acked[0]);
  }
  if (wire === 'JSON') expectListed(stage, from, sender, marks);
  await bob.say('end');
  await hears(bob, 'end');
  expect(firsts(bob).map(({ text }) => text)).toEqual([...Object.keys(again), 'end']);
  const { body } = await stage.api<{ messages: Message[] }>('GET', `/${eventId}/messages`);
  expect(body.messages).toEqual(firsts(bob));
}
