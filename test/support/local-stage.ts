import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, vi } from 'vitest';
import { type Entry, entries } from '../../infra/built.ts';
import { connect, http } from './chat.ts';
import { type Death, deadLeases, type Written } from './deaths.ts';
import type { RunningChat } from './run-chat.ts';
import type { Options } from './socket-client.ts';
import { connectSocket } from './sockets.ts';
import type { Stage } from './stage.ts';

/** The constructs of functions, by the folder of their entry points. */
const constructs: Readonly<Record<string, string>> = {
  websocket: 'WebSocket',
  http: 'Http',
  stream: 'Delivery',
  delivery: 'Delivery',
  schedule: 'Delivery',
};

/** What the logical id of the function with an entry point begins with. */
function functionOf(entry: Entry): string {
  const [folder = '', name = ''] = entry.split('/');
  return `${constructs[folder]}${name.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase())}`;
}

/** A chat on a local stack. */
export function localStage(stack: RunningChat): Stage {
  const database = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: stack.dynamodbEndpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
  const url = `${stack.outputs.WebSocketUrl}`;

  const items = async () => {
    const { Items = [], LastEvaluatedKey } = await database.send(
      new ScanCommand({ TableName: `${Object.values(stack.tables)[0]}` }),
    );
    expect(LastEvaluatedKey).toBeUndefined();
    return Items;
  };

  const writes = () =>
    stack.writes.map(({ environment, keys, input }): Written => {
      const by = entries.find((entry) => environment.fn.logicalId.startsWith(functionOf(entry)));
      if (!by) throw new Error(`${environment.fn.logicalId} has no entry point`);
      return { by, keys, input, isDead: () => environment.hasEnded };
    });

  return {
    get writes() {
      return writes();
    },
    connect: () => connect(url),
    connectSocket: (options: Options = {}) => connectSocket(options, url),
    api: <Body>(method: string, path: string, body?: object) =>
      http<Body>(path, { method, body, url: `${stack.outputs.EventsUrl}` }),

    async dieAfterWrites({ function: entry, of, writes: count }: Death, run: () => Promise<unknown>) {
      const fault = { function: functionOf(entry), writes: count, times: 1, ...(of && { of }) };
      stack.faults.killAfterWrites = fault;
      // A dead Lambda answers nobody.
      const answered = run().catch(() => {});
      await Promise.race([answered, expect.poll(() => fault.times).toBe(0)]);
      delete stack.faults.killAfterWrites;
      const longest = Math.max(
        ...deadLeases(writes(), await items()).map((until) => until - stack.clock.now()),
      );
      // What is free at a time is not free yet at that time.
      if (longest >= 0) stack.clock.advance(longest + 2);
    },

    loseDisconnects(share) {
      stack.faults.dropDisconnect = share;
    },
    async sweep() {
      expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });
    },
    items,
    pass: async (ms) => stack.clock.advance(ms),
    async eventually(assert) {
      await vi.waitFor(assert, { timeout: 20_000 });
    },
  };
}
