import { QueryCommand, UpdateCommand, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Chat } from '../../shared/chat/chat.ts';
import { sleep } from '../../shared/concurrency.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import { catchUp } from '../../shared/delivery/deliver.ts';
import type { Poster } from '../../shared/delivery/posting/poster.ts';
import { nobodyServed } from '../../shared/delivery/posting/rounds.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { type ChatSettings, chatSettings } from '../../shared/settings.ts';
import type { Cursor } from '../../shared/store/cursor.ts';
import type { EventHead } from '../../shared/store/event-head.ts';
import { audiencePartition, cursorKey, EVENT_HEAD } from '../../shared/store/keys.ts';
import type { ListedMember } from '../../shared/store/members.ts';
import type { Table } from '../../shared/store/table.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What things take on the virtual clock, milliseconds: one request to DynamoDB, one post, the poll of the stream. */
const REQUEST_MS = 10;
const POST_MS = 10;
const POLL_MS = 150;
/** What an invocation of the stream's function may take. */
const INVOCATION_MS = 300_000;
/** Posts that one Lambda has under way. */
const AT_ONCE = 50;

/** The SDK takes a virtual clock for skewed, and would try what was refused again. */
export const tableSettings = { maxAttempts: 1 };

/** Frames that were posted, as API Gateway counts them: 32 KB each. */
export class Frames {
  total = 0;
  bytes = 0;
  readonly bySecond = new Map<number, number>();

  count(frames: readonly string[], connections: number): void {
    const each = frames.reduce((sum, one) => sum + Math.ceil(Buffer.byteLength(one) / limits.frameBytes), 0);
    const second = Math.floor(Date.now() / 1000);
    this.total += each * connections;
    this.bytes += frames.reduce((sum, one) => sum + Buffer.byteLength(one), 0) * connections;
    this.bySecond.set(second, (this.bySecond.get(second) ?? 0) + each * connections);
  }

  get mostInASecond(): number {
    return Math.max(0, ...this.bySecond.values());
  }
}

interface Circumstances {
  /** Audiences that nobody had to write, by event. */
  audiences?: ReadonlyMap<string, ListedMember[]>;
  /** The same for those who only watch. */
  watchers?: ReadonlyMap<string, ListedMember[]>;
  settings?: Partial<ChatSettings>;
  /** Hear of every change of an event head, and of a cursor. */
  headChanged?: (head: EventHead) => void;
  cursorChanged?: (cursor: Cursor) => void;
}

/** The real chat on a real table and a virtual clock, whose management API takes everything and counts. */
export function virtualChat(
  database: Table,
  time: VirtualTime,
  frames: Frames,
  circumstances: Circumstances,
): Chat {
  const poster: Poster = {
    async post(_connectionId, all) {
      await sleep(POST_MS);
      frames.count(all, 1);
      return 'delivered';
    },
    async postAll(batches) {
      const served = nobodyServed();
      for (const { frames: all, connectionIds } of batches) {
        for (let from = 0; from < connectionIds.length; from += AT_ONCE) {
          await sleep(POST_MS);
          const connections = Math.min(AT_ONCE, connectionIds.length - from);
          frames.count(all, connections);
          served.connections += connections;
          served.frames += connections * all.length;
        }
      }
      return served;
    },
    close: async () => true,
  };
  return {
    table: virtualTable(database, time, circumstances),
    poster,
    postElsewhere: (batches) => poster.postAll(batches, () => Number.POSITIVE_INFINITY),
    settings: chatSettings.parse({ joinsPerSecond: 1_000, ...circumstances.settings }),
    log: { debug: () => {}, info: () => {}, warn: console.warn, error: console.error },
    metrics: { count: () => {} },
    send: ({ connectionId, wire }, ...events) => poster.post(connectionId, packFrames(wire, events)),
  };
}

function virtualTable(
  { name, client }: Table,
  time: VirtualTime,
  { audiences = new Map(), watchers = new Map(), headChanged, cursorChanged }: Circumstances,
): Table {
  const partitions = new Map([
    ...[...audiences].map(([eventId, all]) => [audiencePartition(eventId), all] as const),
    ...[...watchers].map(([eventId, all]) => [audiencePartition(eventId, true), all] as const),
  ]);
  const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  const virtual = {
    async send(command: unknown) {
      await sleep(REQUEST_MS);
      const partition = command instanceof QueryCommand && command.input.ExpressionAttributeValues?.[':pk'];
      const Items = partitions.get(partition);
      if (Items) return { Items };
      const answer = await time.real(() => send(command));
      if (!(command instanceof UpdateCommand)) return answer;
      const { Attributes } = answer as UpdateCommandOutput;
      if (command.input.Key?.sk === EVENT_HEAD) headChanged?.(Attributes as EventHead);
      if (command.input.Key?.sk === cursorKey('').sk) cursorChanged?.(Attributes as Cursor);
      return answer;
    },
  };
  return { name, client: Object.assign(Object.create(client), virtual) };
}

/** The stream of one event: when its head has changed it is caught up, by one invocation after the other. */
export function virtualStream(eventId: string) {
  let [isRung, isReading] = [false, false];
  let chat: Chat | undefined;
  let reading = Promise.resolve();
  async function read(): Promise<void> {
    isReading = true;
    while (isRung && chat) {
      isRung = false;
      await sleep(POLL_MS);
      await catchUp(chat, eventId, Date.now() + INVOCATION_MS).catch((error) => {
        console.warn(error);
        isRung = true;
      });
    }
    isReading = false;
  }
  return {
    run(on: Chat): void {
      chat = on;
    },
    wake(): void {
      isRung = true;
      if (!isReading) reading = read();
    },
    /** Resolves when nothing is left to do. */
    async calm(): Promise<void> {
      while (isReading) await reading;
    },
  };
}
