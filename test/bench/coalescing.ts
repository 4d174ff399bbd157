import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { newId } from '../../shared/ids.ts';
import { updateIf } from '../../shared/store/conditional.ts';
import { createEvent } from '../../shared/store/events.ts';
import { eventHeadKey } from '../../shared/store/keys.ts';
import { logItem } from '../../shared/store/log.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTableAt } from '../support/table.ts';
import type { Part } from './measurement.ts';
import { audienceOf } from './virtual-audience.ts';
import { Frames, tableSettings, virtualChat, virtualStream } from './virtual-chat.ts';
import { VirtualTime } from './virtual-time.ts';

/** The hour that https://ably.com/docs/guides/chat/build-livestream reckons with. */
export const HOUR: Plan = { events: 1, viewers: 5_000, sends: 35_000, seconds: 3_600 };
/** Four such rooms in an account at once want more than there is. */
const RUSH: Plan = { events: 4, viewers: 5_000, sends: 4 * 600, seconds: 60 };

interface Plan {
  events: number;
  viewers: number;
  sends: number;
  seconds: number;
  /** How many of the viewers only watch, and how often windows serve these. */
  watching?: number;
  viewerPaceSeconds?: number;
}

const AT_ONCE = 5;
const DAY_MS = 24 * 3_600_000;

/** What an hour of a busy room costs in frames, and whether rooms together keep within the frame quota. */
export const coalescing: Part = async (say) => {
  const database = await startDynamoDB();
  try {
    const hour = await measure(await newTableAt(database.endpoint, tableSettings), HOUR, say);
    const rush = await measure(await newTableAt(database.endpoint, tableSettings), RUSH, say);
    const deliveries = HOUR.viewers * HOUR.sends;
    return [
      { name: 'coalescing.ablyHourFramesM', value: hour.total / 1e6, unit: 'million frames' },
      { name: 'coalescing.ablyHourUnbatchedM', value: deliveries / 1e6, unit: 'million frames' },
      { name: 'coalescing.framesPerDelivery', value: hour.total / deliveries, unit: 'ratio' },
      { name: 'coalescing.maxFramesPerSecond', value: hour.mostInASecond, unit: 'frames' },
      { name: 'coalescing.rushMaxFramesPerSecond', value: rush.mostInASecond, unit: 'frames' },
    ];
  } finally {
    await database.stop();
  }
};

export async function measure(table: Table, plan: Plan, say: (line: string) => void): Promise<Frames> {
  const { events, viewers, sends, seconds, watching = 0, viewerPaceSeconds = 0 } = plan;
  const ids = Array.from({ length: events }, (_, i) => `event-${i}`);
  for (const id of ids) await createEvent(table, id, { name: id }, Date.now());
  const time = VirtualTime.begin(Date.now());
  try {
    const audiences = new Map(ids.map((id) => [id, audienceOf(viewers - watching)]));
    const watchers = new Map(ids.map((id) => [id, audienceOf(watching, 'watching')]));
    const frames = new Frames();
    const streams = new Map(ids.map((id) => [id, virtualStream(id)]));
    const chat = virtualChat(table, time, frames, {
      ...{ audiences, watchers, settings: { viewerPaceSeconds } },
      // Only for those who wait for their turn is a head changed by the chat itself.
      ...(watching > 0 && { headChanged: () => [...streams.values()].map((stream) => stream.wake()) }),
    });
    for (const stream of streams.values()) stream.run(chat);
    const startedAt = Date.now();
    for (let sent = 0; sent < sends; sent += AT_ONCE) {
      await time.passUntil(startedAt + (sent * seconds * 1000) / sends);
      const eventId = ids[(sent / AT_ONCE) % events] ?? '';
      await time.real(() => send(table, eventId, sent));
      streams.get(eventId)?.wake();
      if (sent % Math.ceil(sends / 12) < AT_ONCE) {
        const elapsed = Math.round((Date.now() - startedAt) / 1000);
        say(`second ${elapsed}: ${sent} messages, ${(frames.total / 1e6).toFixed(2)} million frames`);
      }
    }
    await time.passWhile(Promise.all([...streams.values()].map((stream) => stream.calm())));
    return frames;
  } finally {
    time.end();
  }
}

/** Some messages in the same moment: stored and numbered at once, to spare requests that are not measured. */
async function send(table: Table, eventId: string, index: number): Promise<void> {
  const head = await updateIf(table, eventHeadKey(eventId), {
    UpdateExpression: 'ADD seq :count',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':count': AT_ONCE },
  });
  const first = Number(head?.seq) - AT_ONCE + 1;
  const puts = Array.from({ length: AT_ONCE }, (_, offset) => {
    const participant = { id: newId(), username: `viewer ${index + offset}` };
    const seq = first + offset;
    const message = { id: newId(), eventId, seq, participant, text: text(index + offset), sentAt: now() };
    return { PutRequest: { Item: logItem(eventId, { seq, kind: 'message', message }, Date.now() + DAY_MS) } };
  });
  await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
}

const now = () => new Date().toISOString();
/** Of the length of what people say in a chat. */
const text = (index: number) => 'Did you see that?! '.repeat(1 + (index % 5));
