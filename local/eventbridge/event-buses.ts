import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { arnOf } from '../cloudformation/attributes.ts';
import type { Account } from '../cloudformation/physical-id.ts';
import type { Faults } from '../faults.ts';
import type { Iam } from '../iam.ts';
import type { Log } from '../log.ts';

/** What was put on a bus, as its rules would get it. */
export interface BusEvent {
  readonly id: string;
  /** The ARN of the bus. */
  readonly bus: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export interface EventBusesOptions {
  readonly account: Account;
  readonly iam: Pick<Iam, 'authorize' | 'principalArn'>;
  readonly faults: Faults;
  readonly log: Log;
  /** Told of each request that was carried out, with the session token of the environment. True: that was killed, and must not hear the answer. */
  readonly onPut: (sessionToken: string) => boolean;
}

const TARGET = 'AWSEvents.PutEvents';
/** Where to look at what was put: the newest last. */
const LIST = '/_local/events';
const KEPT = 1_000;
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1_024;

const entrySchema = z.object({
  EventBusName: z.string().default('default'),
  Source: z.string().default(''),
  DetailType: z.string().default(''),
  Detail: z.string().default(''),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  Resources: z.array(z.string()).default([]),
});
type Entry = z.output<typeof entrySchema>;

/**
 * EventBridge's `PutEvents`, on any bus. Nothing listens: what was put is kept, and can be looked at.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export class EventBuses {
  readonly events: BusEvent[] = [];
  readonly #options: EventBusesOptions;

  constructor(options: EventBusesOptions) {
    this.#options = options;
  }

  /** False if the request is for something else. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    if (req.method === 'GET' && req.url === LIST) {
      answer(res, 200, this.events);
      return true;
    }
    if (req.method !== 'POST' || req.headers['x-amz-target'] !== TARGET) return false;
    const refusal = await this.#put(req, res);
    if (refusal) answer(res, 400, refusal);
    return true;
  }

  async #put(req: IncomingMessage, res: ServerResponse) {
    const { iam, onPut } = this.#options;
    const input = z.object({ Entries: z.array(entrySchema) }).safeParse(objectIn(await readAll(req)));
    const entries = input.data?.Entries ?? [];
    if (entries.length < 1 || entries.length > MAX_ENTRIES) {
      return refusalOf('ValidationException', `Entries must have 1 to ${MAX_ENTRIES} members.`);
    }
    if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= MAX_BYTES) {
      const message = 'Total size of the entries in the request is over the limit.';
      return refusalOf('ValidationException', message);
    }
    const accessKeyId = /Credential=([^/]+)\//.exec(req.headers.authorization ?? '')?.[1] ?? '';
    for (const bus of new Set(entries.map((entry) => this.#arnOf(entry)))) {
      if (iam.authorize(accessKeyId, 'events:PutEvents', bus)) continue;
      const message = `User: ${iam.principalArn(accessKeyId)} is not authorized to perform: events:PutEvents on resource: ${bus}`;
      return refusalOf('AccessDeniedException', message);
    }
    const Entries = entries.map((entry) => this.#take(entry));
    if (onPut(String(req.headers['x-amz-security-token']))) res.destroy();
    else answer(res, 200, { FailedEntryCount: Entries.filter((taken) => !taken.EventId).length, Entries });
    return undefined;
  }

  #take(entry: Entry): { EventId?: string; ErrorCode?: string; ErrorMessage?: string } {
    for (const field of ['Source', 'DetailType', 'Detail'] as const) {
      if (entry[field]) continue;
      const ErrorMessage = `Parameter ${field} is not valid. Reason: ${field} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
    const detail = objectIn(entry.Detail);
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    if (Math.random() < this.#options.faults.putEventsErrorRate) return { ErrorCode: 'InternalFailure' };
    const id = randomUUID();
    const { Source: source, DetailType, Time = Date.now() / 1_000, Resources: resources } = entry;
    const bus = this.#arnOf(entry);
    const time = new Date(Time * 1_000).toISOString();
    this.events.push({ id, bus, source, 'detail-type': DetailType, time, resources, detail });
    if (this.events.length > KEPT) this.events.shift();
    this.#options.log(`event bus ${bus.split('/').at(-1)}: ${DetailType} from ${source}`);
    return { EventId: id };
  }

  #arnOf({ EventBusName: name }: Entry): string {
    return name.startsWith('arn:') ? name : arnOf('AWS::Events::EventBus', name, this.#options.account);
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const bytesOf = ({ Time, Source, DetailType, Detail, Resources }: Entry) =>
  (Time === undefined ? 0 : 14) + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''));

function objectIn(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const refusalOf = (__type: string, message: string) => ({ __type, message });

function answer(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
  res.end(JSON.stringify(body));
}

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
