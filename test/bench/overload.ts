import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { append } from '../../shared/chat/append.ts';
import { waitFor } from '../../shared/chat/room-guard.ts';
import { newId } from '../../shared/ids.ts';
import { newCursor, updateCursor } from '../../shared/store/cursor.ts';
import { newEventHead } from '../../shared/store/event-head.ts';
import { createEvent } from '../../shared/store/events.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTableAt } from '../support/table.ts';
import type { Measurement, Part } from './measurement.ts';
import { audienceOf } from './virtual-audience.ts';
import { Frames, tableSettings, virtualChat, virtualStream } from './virtual-chat.ts';
import { VirtualTime } from './virtual-time.ts';

const VIEWERS = [10_000, 50_000, 100_000];
const PER_SECOND = [10, 50];
const SECONDS = 600;
/** Of what people say: 200 characters. */
const text = 'Did you see that?! '.repeat(11).slice(0, 200);

/**
 * More is written than an audience can be sent: how far behind is whoever hears it, in windows, and is anything lost that was
 * acknowledged? The room guard, the log and the windows are the real ones, the audience and the clock are not.
 */
export const overload: Part = async (say) => {
  const database = await startDynamoDB();
  const results: Measurement[] = [];
  try {
    for (const viewers of VIEWERS) {
      for (const perSecond of PER_SECOND) {
        const table = await newTableAt(database.endpoint, tableSettings);
        const { taken, refused, lost, worstLag } = await overrun(table, viewers, perSecond);
        const what = `${viewers} viewers, ${perSecond} messages a second`;
        say(
          `${what}: ${taken} taken, ${refused} refused, ${lost} lost, ${worstLag.toFixed(2)} windows behind`,
        );
        const of = `overload.${viewers / 1000}kViewers${perSecond}PerSecond`;
        results.push(
          { name: `${of}LagWindows`, value: worstLag, unit: 'windows' },
          { name: `${of}Taken`, value: taken / SECONDS, unit: 'messages a second' },
          { name: `${of}Lost`, value: lost, unit: 'messages' },
        );
      }
    }
  } finally {
    await database.stop();
  }
  const of = (end: string) => results.filter(({ name }) => name.endsWith(end)).map(({ value }) => value);
  return [
    ...results,
    { name: 'overload.worstLagWindows', value: Math.max(...of('LagWindows')), unit: 'windows' },
    { name: 'overload.lostAcknowledged', value: Math.max(...of('Lost')), unit: 'messages' },
  ];
};

/** Of every message, by how many it was heard, and when by the last of them. */
class Heard extends Frames {
  readonly messages = new Map<number, { by: number; at: number }>();
  /** The numbers in the frames that are posted now. */
  readonly #numbers = new Map<string, number[]>();

  override count(frames: readonly string[], connections: number): void {
    super.count(frames, connections);
    for (const frame of frames) {
      for (const seq of this.#numbersIn(frame)) {
        const by = (this.messages.get(seq)?.by ?? 0) + connections;
        this.messages.set(seq, { by, at: Date.now() });
      }
    }
  }

  #numbersIn(frame: string): number[] {
    let numbers = this.#numbers.get(frame);
    if (!numbers) {
      numbers = [...frame.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
      if (this.#numbers.size > 100) this.#numbers.clear();
      this.#numbers.set(frame, numbers);
    }
    return numbers;
  }
}

async function overrun(table: Table, viewers: number, perSecond: number) {
  const eventId = newId();
  await createEvent(table, eventId, { name: 'Overload' }, Date.now());
  await updateCursor(table, eventId, {
    UpdateExpression: 'SET audience = :viewers',
    ExpressionAttributeValues: { ':viewers': viewers },
  });
  const time = VirtualTime.begin(Date.now());
  try {
    const frames = new Heard();
    const room: Pick<Parameters<typeof waitFor>[0], 'head' | 'cursor'> = {
      head: newEventHead,
      cursor: { ...newCursor, audience: viewers },
    };
    const stream = virtualStream(eventId);
    const audiences = new Map([[eventId, audienceOf(viewers)]]);
    const chat = virtualChat(table, time, frames, {
      audiences,
      headChanged(head) {
        room.head = head;
        stream.wake();
      },
      cursorChanged(cursor) {
        room.cursor = cursor;
      },
    });
    stream.run(chat);
    const { eventFramesPerSecond } = chat.settings;
    const windowMs = Math.max(1_000, (viewers * 1000) / eventFramesPerSecond);
    /** When what was acknowledged was, by seq. */
    const acknowledged = new Map<number, number>();
    const sends = new Set<Promise<void>>();
    let refused = 0;
    const startedAt = Date.now();
    for (let index = 0; index < SECONDS * perSecond; index += 1) {
      await time.passUntil(startedAt + (index * 1000) / perSecond);
      const work = send().finally(() => sends.delete(work));
      sends.add(work);
    }
    await time.passWhile(Promise.all(sends).then(() => stream.calm()));
    let [lost, worstLag] = [0, 0];
    for (const [seq, at] of acknowledged) {
      const heard = frames.messages.get(seq);
      if (!heard || heard.by < viewers) lost += 1;
      else worstLag = Math.max(worstLag, (heard.at - at) / windowMs);
    }
    return { taken: acknowledged.size, refused, lost, worstLag };

    async function send(): Promise<void> {
      // Everybody has their whole burst left: so most get in.
      if (
        waitFor(
          { ...room, message: { text, participant: { username: 'ana' } }, used: 0 },
          eventFramesPerSecond,
        ) > 0
      ) {
        refused += 1;
        return;
      }
      const participant = { id: newId(), username: 'somebody' };
      const sentAt = new Date().toISOString();
      const result = await append(chat, eventId, {
        gate: 'active',
        entryAt: (seq) => ({
          seq,
          kind: 'message' as const,
          message: { id: newId(), eventId, seq, participant, text, sentAt },
        }),
      });
      if (typeof result === 'string') throw new Error(`A message was ${result}`);
      acknowledged.set(result.written.head.seq, Date.now());
    }
  } finally {
    time.end();
  }
}
