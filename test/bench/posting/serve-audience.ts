import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { catchUp } from '../../../shared/delivery/deliver.ts';
import type { Delivery, PostElsewhere } from '../../../shared/delivery/types.ts';
import { chatSettings } from '../../../shared/settings.ts';
import { allocateSeq } from '../../../shared/store/event-head.ts';
import { putEntry } from '../../../shared/store/log.ts';
import { openTable } from '../../../shared/store/table.ts';
import { doTask } from './do-task.ts';
import { posterTo } from './own-poster.ts';
import { typicalMessage } from './typical-message.ts';

/** An audience in the table, and how many windows are to be run for it. */
interface Run {
  eventId: string;
  members: number;
  windows: number;
}

export interface ServeTask {
  database: string;
  tableName: string;
  managementApi: string;
  /** Not measured. */
  warmUp: Run;
  measured: Run;
}

/** What a window took. */
export interface Cost {
  /** CPU and time for each recipient, microseconds. */
  cpuUs: number;
  us: number;
}

export interface Served {
  windows: Cost[];
  /** The most that the process ever had, MiB. */
  peakMiB: number;
}

/** So much that nobody ever waits for it. */
const PACE = 1_000_000;
/** Members in about the megabyte that a page of the real DynamoDB has. */
const PAGE = 3_500;
const DEADLINE_MS = 120_000;
/** A day: nothing expires while this runs. */
const KEPT_MS = 24 * 3_600_000;

/**
 * DynamoDB Local reads all that is left for every page, and is done with the last of many only after minutes, unless it is
 * told how long a page is.
 */
function pagingClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        next(commandName === 'QueryCommand' ? { ...args, input: { Limit: PAGE, ...args.input } } : args),
    { step: 'initialize' },
  );
  return client;
}

async function sendMessage({ table }: Delivery, eventId: string): Promise<void> {
  const { seq = 0 } = (await allocateSeq(table, eventId)) ?? {};
  const message = typicalMessage(eventId, seq);
  await putEntry(table, eventId, { seq, kind: 'message', message }, Date.now() + KEPT_MS);
}

/**
 * Lambdas that post, in this process: their CPU is measured too. One at a time, so that no more is under way here than where
 * each of them has a machine of its own.
 */
function postsInTurn(endpoint: string): PostElsewhere {
  const poster = posterTo(endpoint);
  let last: Promise<unknown> = Promise.resolve();
  return async (batches, stopAt) => {
    const event = overTheWire({ batches, stopAt });
    const turn = last.then(() => poster.postAll(event.batches, () => event.stopAt));
    last = turn.catch(() => {});
    return overTheWire(await turn);
  };
}

const overTheWire = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;

await doTask<ServeTask, Served>(async ({ database, tableName, managementApi, warmUp, measured }) => {
  let posted = 0;
  let odd: unknown;
  const isOdd = (message: string, fields: unknown) => {
    odd ??= { message, fields };
  };
  const delivery: Delivery = {
    table: openTable(tableName, pagingClient(database)),
    poster: posterTo(managementApi),
    postElsewhere: postsInTurn(managementApi),
    settings: chatSettings.parse({ framesPerSecond: PACE, eventFramesPerSecond: PACE }),
    log: { debug: () => {}, info: () => {}, warn: isOdd, error: isOdd },
    metrics: {
      count: (metric, value) => {
        if (metric === 'FramesPosted') posted += value;
      },
    },
  };

  async function serve({ eventId, members, windows }: Run): Promise<Cost[]> {
    const costs: Cost[] = [];
    for (let window = 0; window < windows; window += 1) {
      await sendMessage(delivery, eventId);
      posted = 0;
      const [cpuBefore, before] = [process.cpuUsage(), performance.now()];
      await catchUp(delivery, eventId, Date.now() + DEADLINE_MS);
      const { user, system } = process.cpuUsage(cpuBefore);
      const took = performance.now() - before;
      if (odd) throw new Error('All should be well', { cause: odd });
      if (posted !== members) throw new Error(`${posted} frames were posted to ${members} members`);
      costs.push({ cpuUs: (user + system) / members, us: (1_000 * took) / members });
    }
    return costs;
  }

  await serve(warmUp);
  const windows = await serve(measured);
  return { windows, peakMiB: process.resourceUsage().maxRSS / 1024 };
});
