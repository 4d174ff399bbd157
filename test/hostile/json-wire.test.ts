import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { connectPackets, type PacketClient } from '../support/packet-client.ts';
import { at, frames, patience, tries } from './arbitraries.ts';
import { expectNothingInternal, expectRefusal } from './what-comes-back.ts';

interface Item {
  event: string;
  id?: unknown;
  data: { message?: Message } & ErrorData;
}

const isAnswer = ({ event }: Item) => event === 'ack' || event === 'error';

/** The answers to so many requests, when all have come. */
async function hearAnswers(client: PacketClient, count: number): Promise<Item[]> {
  const answers: Item[] = [];
  while (answers.length < count) {
    const frame = await client.next();
    expectNothingInternal(frame);
    answers.push(...([JSON.parse(frame)].flat() as Item[]).filter(isAnswer));
  }
  return answers;
}

async function ask(client: PacketClient, action: string, data: object = {}): Promise<Item[]> {
  client.send(JSON.stringify({ action, data, id: `to ${action}` }));
  return hearAnswers(client, 1);
}

/** The `id` that the answer to a frame has to have, as JSON; anything else is no id. */
function idOf(frame: string): string | undefined {
  try {
    const { id } = Object(JSON.parse(frame));
    const isId = typeof id === 'string' ? id.length <= limits.requestIdLength : Number.isSafeInteger(id);
    return isId ? JSON.stringify(id) : undefined;
  } catch {
    return undefined;
  }
}

const sorted = (ids: (string | undefined)[]) => ids.map((id) => id ?? 'none').sort();

const said = (messages: Message[]) => messages.map(({ seq, text }) => `${seq} ${text}`);

/** Too rare by chance: whoever makes this a name again, needs a call for every bracket. */
const deepAction = `{"action":${'['.repeat(16_000)}${']'.repeat(16_000)},"id":"deep"}`;

test(
  'each frame is answered once and tells nothing; only what was accepted is stored and heard',
  patience,
  async () => {
    const property = fc.asyncProperty(
      fc.array(frames, { minLength: 1, maxLength: 60, size: 'max' }),
      async (texts) => {
        const eventId = await createEvent();
        const bob = await enter(eventId, 'bob');
        const mallory = await connectPackets('');
        await ask(mallory, 'joinEvent', { eventId, username: 'mallory' });

        for (const text of texts) mallory.send(at(eventId, text));
        const answers = await hearAnswers(mallory, texts.length);
        // What would be answered twice, is by now.
        answers.push(...(await ask(mallory, 'ping')));
        expect(sorted(answers.map(({ id }) => JSON.stringify(id)))).toEqual(
          sorted([...texts.map((text) => idOf(at(eventId, text))), '"to ping"']),
        );
        for (const { event, data } of answers) if (event === 'error') expectRefusal(data);

        await ask(mallory, 'joinEvent', { eventId, username: 'mallory' });
        answers.push(...(await ask(mallory, 'sendMessage', { text: 'still here' })));
        const accepted = new Map(
          answers.flatMap(({ data: { message } }) => (message?.id ? [[message.seq, message]] : [])),
        );
        await bob.until('the last message', () => bob.all('newMessage').length >= accepted.size);
        const { body } = await http<{ messages: Message[] }>(`/${eventId}/messages?limit=100`);
        expect(said(bob.all('newMessage'))).toEqual(said(body.messages));
        expect(body.messages).toEqual([...accepted.values()].sort((a, b) => a.seq - b.seq));
        for (const frame of bob.frames) expectNothingInternal(frame);
        expect((await http(`/${eventId}`)).body).toMatchObject({ name: 'A test', status: 'active' });
        await Promise.all([bob.close(), mallory.close()]);
      },
    );
    await fc.assert(property, { ...tries, examples: [[[deepAction]]] });
  },
);
