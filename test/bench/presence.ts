import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { connect } from '../../shared/chat/connect.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { createEvent } from '../../shared/store/events.ts';
import { newTableAt } from '../support/table.ts';
import { lineChart } from './chart.ts';
import type { Part } from './measurement.ts';
import { Frames, tableSettings, virtualChat, virtualStream } from './virtual-chat.ts';
import { VirtualTime } from './virtual-time.ts';

const PEOPLE = 10_000;
const SECONDS = 60;
const EVENT = 'keynote';

/** What it costs that so many people come within a minute, each of whom all others hear of: every frame is counted. */
export const presence: Part = async (say) => {
  const { frames, startedAt } = await joinAll(say);
  const from = Math.floor(startedAt / 1000);
  await draw([...frames.bySecond].map(([second, count]) => ({ second: second - from, count })));
  return [
    { name: 'presence.frames10kJoinsM', value: frames.total / 1e6, unit: 'million frames' },
    { name: 'presence.framesPerJoin', value: frames.total / PEOPLE, unit: 'frames' },
    { name: 'presence.maxFramesPerSecond', value: frames.mostInASecond, unit: 'frames' },
  ];
};

async function joinAll(say: (line: string) => void) {
  const database = await startDynamoDB();
  const table = await newTableAt(database.endpoint, tableSettings);
  await createEvent(table, EVENT, { name: EVENT }, Date.now());
  const time = VirtualTime.begin(Date.now());
  try {
    const frames = new Frames();
    const stream = virtualStream(EVENT);
    const chat = virtualChat(table, time, frames, { headChanged: stream.wake });
    stream.run(chat);
    const joins = new Set<Promise<void>>();
    const startedAt = Date.now();
    for (let index = 0; index < PEOPLE; index += 1) {
      await time.passUntil(startedAt + (index * SECONDS * 1000) / PEOPLE);
      const work = join(index).finally(() => joins.delete(work));
      joins.add(work);
      if (index % (PEOPLE / 10) === 0) say(`${index} people, ${frames.total} frames`);
    }
    await time.passWhile(Promise.all(joins).then(() => stream.calm()));
    const cursor = await time.passWhile(getCursor(table, EVENT));
    if (cursor?.participantCount !== PEOPLE)
      throw new Error(`${cursor?.participantCount} people were counted`);
    return { frames, startedAt };

    async function join(index: number): Promise<void> {
      const connectionId = `connection-${index}`;
      const wire = index % 2 === 0 ? 'json' : 'socketio-batch';
      await connect(chat, { connectionId, wire, connectedAt: Date.now() });
      const connection = await getConnection(chat.table, connectionId);
      if (!connection) throw new Error('The connection is unknown');
      const input = { eventId: EVENT, username: `viewer ${index}` };
      const { data, afterwards } = await joinEvent(chat, connection, input);
      await chat.poster.post(connectionId, [JSON.stringify(data)]);
      await afterwards?.();
    }
  } finally {
    time.end();
    await database.stop();
  }
}

const draw = (rows: { second: number; count: number }[]) =>
  lineChart({
    name: 'presence',
    title: '10,000 people join within a minute',
    rows: rows.map((row) => ({ ...row, series: 'Posted' })),
    x: { field: 'second', title: 'Time (s)' },
    y: { field: 'count', title: 'Frames a second' },
    series: { field: 'series', title: 'Frames' },
  });
