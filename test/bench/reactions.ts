import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';

import { newId } from '../../shared/ids.ts';
import { allocateSeq } from '../../shared/store/event-head.ts';
import { createEvent } from '../../shared/store/events.ts';
import { putEntry } from '../../shared/store/log.ts';
import { countReactions, signalReactions } from '../../shared/store/reactions.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTableAt } from '../support/table.ts';
import type { Part } from './measurement.ts';
import { audienceOf } from './virtual-audience.ts';
import { Frames, tableSettings, virtualChat, virtualStream } from './virtual-chat.ts';
import { VirtualTime } from './virtual-time.ts';

/**
 * A quarter of the hour that https://ably.com/docs/guides/chat/build-livestream reckons with: in an hour 35,000 sends, of which 10,000
 * are reactions; then the same with a million.
 */
const VIEWERS = 5_000;
const SECONDS = 900;
const MESSAGES = 25_000 / 4;
const REACTIONS = [10_000 / 4, 1_000_000 / 4] as const;
/** What is reacted within so many milliseconds is counted at once, to spare requests that are not measured. */
const TICK_MS = 250;
const DAY_MS = 24 * 3_600_000;

/** How many frames reactions add to those of the messages. */
export const reactions: Part = async (say) => {
  const database = await startDynamoDB();
  try {
    const framesWith = async (count: number) => {
      say(`${count} reactions, ${MESSAGES} messages`);
      return play(database.endpoint, { messages: MESSAGES, reactions: count, seconds: SECONDS });
    };
    const without = await framesWith(0);
    const [some, many] = [await framesWith(REACTIONS[0]), await framesWith(REACTIONS[1])];
    const extra = (frames: Frames) => (100 * (frames.total - without.total)) / without.total;
    return [
      { name: 'reactions.framesM', value: without.total / 1e6, unit: 'million frames' },
      { name: 'reactions.extraFramesPercent', value: extra(some), unit: '%' },
      { name: 'reactions.extraFramesPercentOfMillion', value: extra(many), unit: '%' },
    ];
  } finally {
    await database.stop();
  }
};

/** What the hour's viewers are told in so many seconds of it, each message and each reaction at any moment of them. */
export async function play(
  endpoint: string,
  { messages, reactions: reacted, seconds }: { messages: number; reactions: number; seconds: number },
): Promise<Frames> {
  const table = await newTableAt(endpoint, tableSettings);
  const eventId = 'event';
  await createEvent(table, eventId, { name: 'Event' }, Date.now());
  const time = VirtualTime.begin(Date.now());
  try {
    const frames = new Frames();
    const chat = virtualChat(table, time, frames, { audiences: new Map([[eventId, audienceOf(VIEWERS)]]) });
    const stream = virtualStream(eventId);
    stream.run(chat);
    const said = moments(messages, 1, seconds);
    const taps = moments(reacted, 2, seconds);
    const startedAt = Date.now();
    for (let tick = 0; tick * TICK_MS < seconds * 1000; tick += 1) {
      const until = (tick + 1) * TICK_MS;
      await time.passUntil(startedAt + until);
      const due = take(said, until);
      const count = take(taps, until);
      await time.real(() => Promise.all(Array.from({ length: due }, () => send(table, eventId))));
      if (count > 0) {
        const isFirst = await time.real(async () => {
          await countReactions(table, eventId, { '👍': count });
          return signalReactions(table, eventId);
        });
        if (isFirst) stream.wake();
      }
      if (due > 0) stream.wake();
    }
    await time.passWhile(stream.calm());
    return frames;
  } finally {
    time.end();
  }
}

/** The message of somebody: stored and numbered as the chat does it. */
async function send(table: Table, eventId: string): Promise<void> {
  const { seq = 0 } = (await allocateSeq(table, eventId)) ?? {};
  const participant = { id: newId(), username: 'somebody' };
  const text = 'Did you see that?! '.repeat(1 + (seq % 5));
  const message = { id: newId(), eventId, seq, participant, text, sentAt: new Date().toISOString() };
  await putEntry(table, eventId, { seq, kind: 'message', message }, Date.now() + DAY_MS);
}

/** When each of so many people does something that nobody else has to do with; milliseconds from the beginning, the last one first. */
function moments(count: number, seed: number, seconds: number): number[] {
  let state = seed;
  const all = Array.from({ length: count }, () => {
    // Lehmer's random numbers.
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * seconds * 1000;
  });
  return all.sort((a, b) => b - a);
}

/** How many of the moments are before `until`; they are taken from the end of the list. */
function take(left: number[], until: number): number {
  const before = left.length;
  while ((left.at(-1) ?? until) < until) left.pop();
  return before - left.length;
}
