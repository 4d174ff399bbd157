import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import type { Event } from '../../shared/protocol/entities.ts';
import { ChatClient } from '../support/chat-client.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';
import { runDirectly } from './direct/run-directly.ts';
import { type Part, quantile } from './measurement.ts';

const MEMBERS = 10;
const ROUNDS = 16;
/** A round is so many turns of each room, of so many messages. Short, so that both rooms have the same noise. */
const TURNS = 8;
const MESSAGES = 5;
/** The first messages find functions, SDK and JIT cold. */
const WARM_UP_TURNS = 48;
const generous = { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 };

/**
 * What delivery adds where few are: the time from sending a message until another member has it, beside the same handlers
 * that post straight to all members. Turn by turn, on two stacks that share a database; the next message is sent when
 * everybody has the last.
 */
export const smallRoom: Part = async (say) => {
  const dynamodb = await startDynamoDB();
  const stacks: RunningChat[] = [];
  const run = async (stack: Promise<RunningChat>) => {
    stacks.push(await stack);
    return Room.open(await stack);
  };
  const [times, directTimes]: [number[], number[]] = [[], []];
  try {
    const room = await run(runChat(generous, { dynamodb }));
    const directRoom = await run(runDirectly(generous, { dynamodb, tableNamePrefix: 'direct-' }));
    await takeTurns(WARM_UP_TURNS, room, directRoom);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [own, direct] = await takeTurns(TURNS, room, directRoom);
      say(
        `round ${round}: ${quantile(own, 0.5).toFixed(1)} ms, directly ${quantile(direct, 0.5).toFixed(1)} ms`,
      );
      times.push(...own);
      directTimes.push(...direct);
    }
  } finally {
    await Promise.all(stacks.map((stack) => stack.stop()));
    await dynamodb.stop();
  }
  const [median, directMedian] = [quantile(times, 0.5), quantile(directTimes, 0.5)];
  return [
    { name: 'smallRoom.latencyRatio', value: median / directMedian, unit: 'ratio' },
    { name: 'smallRoom.medianMs', value: median, unit: 'ms' },
    { name: 'smallRoom.directMedianMs', value: directMedian, unit: 'ms' },
  ];
};

/** How long messages took in the one room and in the other, milliseconds. */
async function takeTurns(turns: number, ...rooms: [Room, Room]): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    // Who is first changes: what a turn leaves behind is a load on the next.
    for (const which of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      times[which].push(...(await rooms[which].chat(MESSAGES)));
    }
  }
  return times;
}

/** An event with its members; one of them speaks. */
class Room {
  readonly #sender: ChatClient;
  readonly #others: readonly ChatClient[];
  #sent = 0;

  private constructor(sender: ChatClient, others: readonly ChatClient[]) {
    this.#sender = sender;
    this.#others = others;
  }

  static async open({ outputs }: RunningChat): Promise<Room> {
    const body = JSON.stringify({ name: 'A small room' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${outputs.EventsUrl}`, { method: 'POST', headers, body });
    const { id } = (await answer.json()) as Event;
    const enter = async (username: string) => {
      const client = await ChatClient.connect(`${outputs.WebSocketUrl}`);
      await client.join(id, username);
      await client.next('eventHistory');
      return client;
    };
    const sender = await enter('member0');
    const others: ChatClient[] = [];
    while (others.length < MEMBERS - 1) others.push(await enter(`member${others.length + 1}`));
    return new Room(sender, others);
  }

  /** Sends so many messages, one after the other. How long each took to each of the others, milliseconds. */
  async chat(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      this.#sent += 1;
      const text = `message ${this.#sent}`;
      const startedAt = performance.now();
      const hear = async (client: ChatClient) => {
        const heard = await client.next('newMessage');
        if (heard.text !== text) throw new Error(`A member heard "${heard.text}" instead of "${text}"`);
        if (client !== this.#sender) times.push(performance.now() - startedAt);
      };
      // With its acknowledgement the sender's function is done: the next message finds it free.
      await Promise.all([
        this.#sender.request('sendMessage', { text }),
        ...[this.#sender, ...this.#others].map(hear),
      ]);
    }
    return times;
  }
}
