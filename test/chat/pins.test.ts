import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { getEvent } from '../../shared/chat/get-event.ts';
import { announce } from '../../shared/chat/moderation/announce.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { pin, unpin } from '../../shared/chat/moderation/pin.ts';
import { publish } from '../../shared/chat/moderation/publish.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { listEvents } from '../../shared/store/event-lists.ts';
import { getPin } from '../../shared/store/pins.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  room = await chatOnTable();
  ana = await room.enter('ana');
});

const caller = (arn: string) => ({ name: arn, rights: ['operate'] as const });
const actor = caller('arn:aws:iam::123456789012:user/olga');
const remove = (seq: number) => deleteMessage(room.chat, 'e', actor, { seq });
const pinned = async () => (await getEvent(room.chat, 'e')).pinned?.text;
const updates = async () => (await room.log()).filter(({ kind }) => kind === 'updated').length;
const publication = (more: object = {}) => publish(room.chat, 'e', actor, { text: 'Goal!', ...more });

const pins = (command: object) =>
  command instanceof UpdateCommand &&
  command.input.UpdateExpression?.startsWith('SET pinned = :seq') === true;
const unpins = (command: object) =>
  command instanceof UpdateCommand && command.input.UpdateExpression === 'REMOVE pinned';

test('a message that is deleted right before it is pinned is not shown', async () => {
  await room.say(ana, 'unspeakable');
  room.before(pins, () => remove(1));
  expect(await pin(room.chat, 'e', actor, { seq: 1 })).not.toHaveProperty('pinned');
  expect(await pinned()).toBeUndefined();
  // Whoever heard of the pin hears that there is none.
  expect((await room.log()).at(-1)?.kind).toBe('updated');
});

test('what was pinned instead, while the one before was deleted, stays', async () => {
  await room.say(ana, 'first');
  await room.say(ana, 'second');
  await pin(room.chat, 'e', actor, { seq: 1 });
  room.before(unpins, () => pin(room.chat, 'e', actor, { seq: 2 }));
  await remove(1);
  expect(await pinned()).toBe('second');
});

test('the deletion of another message leaves the pin alone', async () => {
  await room.say(ana, 'first');
  await room.say(ana, 'second');
  await pin(room.chat, 'e', actor, { seq: 1 });
  const before = await updates();
  await remove(2);
  expect([await pinned(), await updates()]).toEqual(['first', before]);
});

test('a pin does not take the event out of the lists', async () => {
  await room.say(ana, 'first');
  await pin(room.chat, 'e', actor, { seq: 1 });
  expect((await listEvents(room.table, { status: 'active', limit: 10 })).ids).toEqual(['e']);
});

test('what nobody has written cannot be pinned, and nothing is written down about it', async () => {
  await room.say(ana, 'first');
  for (const seq of [2, 99]) {
    expect(await refusedWith(pin(room.chat, 'e', actor, { seq }))).toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
    });
  }
  expect(await getPin(room.table, 'e')).not.toHaveProperty('pinned');
  expect(await room.log()).toHaveLength(1);
});

test('an announcement that was deleted is not pinned by its repeat', async () => {
  const { membership } = ana;
  if (!membership) throw new Error('She is in no event');
  const host = { name: membership.participant.id, participantId: membership.participant.id, rights: [] };
  const data = { text: 'Hear!', pin: true, clientMessageId: 'a' };
  const say = () => announce(room.chat, 'e', host, data, membership.participant);
  const { message } = await say();
  expect(await pinned()).toBe('Hear!');
  await remove(message.seq);
  expect((await say()).message.seq).toBe(message.seq);
  expect(await pinned()).toBeUndefined();
});

test('a late repeat of an announcement leaves what was pinned or unpinned since', async () => {
  const publishPinned = (text: string) => publication({ text, pin: true, clientMessageId: text });
  await publishPinned('Doors open');
  await publishPinned('Please leave');
  await publishPinned('Doors open');
  expect(await pinned()).toBe('Please leave');
  await unpin(room.chat, 'e', actor);
  await publishPinned('Please leave');
  expect(await pinned()).toBeUndefined();
});

test('of publications at once with one clientMessageId one is stored', async () => {
  const once = { clientMessageId: 'g' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => publication(once)));
  expect(new Set(answers.map(({ message }) => message.id)).size).toBe(1);
  expect((await room.log()).filter(({ kind }) => kind === 'message')).toHaveLength(1);
});

test('a backend is the same participant in every session of its role, and does not show its ARN', async () => {
  const id = async (arn: string) => {
    const { message } = await publish(room.chat, 'e', caller(arn), { text: 'x' });
    return message.participant.id;
  };
  const role = 'arn:aws:sts::123456789012:assumed-role/scores';
  const [one, again, other] = [await id(`${role}/a`), await id(`${role}/b`), await id(`${role}-2/a`)];
  expect(again).toBe(one);
  expect(other).not.toBe(one);
  expect(JSON.stringify(await room.log())).not.toMatch(/arn:|123456789012|scores/);
});

test('a backend that publishes too fast is told when to go on, and a person with its rights may still write', async () => {
  Object.assign(room.chat.settings, { publishPerSecond: 0.01 });
  await publication();
  const refused = await refusedWith(publication());
  expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  expect(await room.log()).toHaveLength(1);
  await publish(room.chat, 'e', caller('arn:aws:iam::123456789012:user/other'), { text: 'x' });
});
