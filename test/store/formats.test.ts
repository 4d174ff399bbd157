import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readableEnd, readPage } from '../../shared/chat/history.ts';
import { ban } from '../../shared/chat/moderation/ban.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { listAudit, listBans } from '../../shared/chat/moderation/lists.ts';
import { pin } from '../../shared/chat/moderation/pin.ts';
import { react } from '../../shared/chat/react.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { catchUp } from '../../shared/delivery/deliver.ts';
import { chatSettings } from '../../shared/settings.ts';
import { EVENT_FORMAT } from '../../shared/store/event-item.ts';
import { createEvent, getEvent } from '../../shared/store/events.ts';
import type { Table } from '../../shared/store/table.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from '../chat/chat-on-table.ts';

/**
 * What releases have written. `WRITE_FIXTURE=1 npx vitest run --project store test/store/formats.test.ts` adds what this
 * version writes, as test/store/fixtures/{version}.json, which is done at each release and never changed afterwards.
 */

const folder = new URL('fixtures/', import.meta.url);
const releases = readdirSync(folder).filter((file) => file.endsWith('.json'));
const actor = { name: 'mia', rights: ['moderate'] as const };
const settings = chatSettings.parse({ directAudienceMax: 0, messageRetentionDays: 3_650 });

/** An event `old` with a bit of everything, still running: ana and ben are in it, cat is banned. */
async function live(room: ChatOnTable): Promise<void> {
  const chat = { ...room.chat, settings };
  const now = Date.now();
  const more = { slowModeSeconds: 0, blockedWords: ['turnip'], hosts: ['somebody'], description: 'D' };
  await createEvent(room.table, 'old', { name: 'The show', ...more }, now);
  const enter = async (name: string) => {
    await room.connect(name);
    return room.join(name, 'old');
  };
  const [ana, ben, cat] = [await enter('ana'), await enter('ben'), await enter('cat')];
  await sendMessage(chat, ana, { text: 'one', clientMessageId: 'c1' });
  await sendMessage(chat, ben, { text: 'two', replyTo: 1 });
  await sendMessage(chat, ana, { text: 'three' });
  await (await react(chat, ben, { reaction: '🎉' })).afterwards?.();
  await deleteMessage(chat, 'old', actor, { seq: 3 });
  await pin(chat, 'old', actor, { seq: 1 });
  await ban(chat, 'old', actor, { participantId: participantIdOf(cat), reason: 'enough' });
}

test.runIf(process.env.WRITE_FIXTURE)('writes what this version writes', async () => {
  const room = await chatOnTable();
  await live(room);
  const items = (await itemsOf(room.table)).map((item) => `\n  ${JSON.stringify(item)}`);
  writeFileSync(new URL(`${packageJson.version}.json`, folder), `[${items.sort()}\n]\n`);
});

test('there is something of this version', () => {
  expect(releases).toContain(`${packageJson.version}.json`);
});

test.for(releases)('an event of %s is read, and goes on', async (release) => {
  const room = await chatOnTable();
  const items: object[] = JSON.parse(readFileSync(new URL(release, folder), 'utf8'));
  for (const Item of items) {
    await callDynamoDB(inject('dynamodbEndpoint'), 'PutItem', { TableName: room.table.name, Item });
  }
  const chat = { ...room.chat, settings };
  const page = async () => readPage(room.table, 'old', await readableEnd(room.table, 'old'), {}, 30_000);

  expect(await getEvent(room.table, 'old')).toMatchObject({
    name: 'The show',
    description: 'D',
    status: 'active',
    pinned: { text: 'one' },
  });
  const { messages } = await page();
  expect(messages.map(({ seq, text }) => [seq, text])).toEqual([
    [1, 'one'],
    [2, 'two'],
  ]);
  expect((await listBans(room.chat, 'old', {})).bans).toMatchObject([{ reason: 'enough' }]);
  expect((await listAudit(room.chat, 'old', {})).records.map(({ action }) => action).sort()).toEqual(
    ['ban', 'deleteMessage', 'pin'].sort(),
  );

  await room.connect('dan');
  const dan = await room.join('dan', 'old');
  const { data } = await sendMessage(chat, dan, { text: 'by today’s code' });
  expect(data.message.seq).toBeGreaterThan(3);
  await catchUp(chat, 'old', Date.now() + 20_000);
  expect((await page()).messages.map(({ text }) => text)).toEqual(['one', 'two', 'by today’s code']);
  expect((await getEvent(room.table, 'old'))?.participantCount).toBe(3);
});

test('events say in which format they are', async () => {
  const { table } = await chatOnTable();
  const events = (await itemsOf(table)).filter(({ sk }) => sk?.S === 'META');
  expect(events.map(({ format }) => format)).toEqual([{ N: String(EVENT_FORMAT) }]);
});

type Wire = Record<string, { S?: string } | undefined>;
/** As the wire has them, so that nothing is lost between sets and lists. */
async function itemsOf({ name }: Table): Promise<Wire[]> {
  const answer = await callDynamoDB(inject('dynamodbEndpoint'), 'Scan', { TableName: name });
  return (answer as { Items: Wire[] }).Items;
}
