import type { HttpAnswer } from './chat.ts';
import type { ChatClient } from './chat-client.ts';
import type { Death, Written } from './deaths.ts';
import type { Options, SocketClient } from './socket-client.ts';

/** A chat to act in, the same on simulated services (test/simulation/simulated-chat.ts) and on a local stack (./local-stage.ts). */
export interface Stage {
  /** What functions have written, oldest first. */
  readonly writes: readonly Written[];
  connect(): Promise<ChatClient>;
  connectSocket(options?: Options): Promise<SocketClient>;
  /** `path` follows `/api/events`. */
  api<Body>(method: string, path: string, body?: object): Promise<Omit<HttpAnswer<Body>, 'headers'>>;
  /** Runs what is to die: after so many writes of such a function, if it comes so far. */
  dieAfterWrites(death: Death, run: () => Promise<unknown>): Promise<void>;
  /** So many of the `$disconnect`s never come. */
  loseDisconnects(share: number): void;
  sweep(): Promise<void>;
  /** Everything that is in the table. */
  items(): Promise<Record<string, unknown>[]>;
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Waits until something can be asserted. */
  eventually(assert: () => unknown): Promise<void>;
}

export async function newEvent(stage: Stage): Promise<string> {
  const { body } = await stage.api<{ id: string }>('POST', '', { name: 'A test' });
  return body.id;
}

/** A client that has joined, with its history and everything else up to then taken from the queue. */
export async function enter(
  stage: Stage,
  eventId: string,
  username: string,
  more: { participantToken?: string } = {},
): Promise<ChatClient> {
  const client = await stage.connect();
  await client.join(eventId, username, more);
  await client.next('eventHistory');
  return client;
}

/** The same on Socket.IO. */
export async function enterSocket(
  stage: Stage,
  eventId: string,
  username: string,
  options: Options = {},
): Promise<SocketClient> {
  const client = await stage.connectSocket(options);
  await client.ask('joinEvent', { eventId, username });
  await client.hears('eventHistory');
  return client;
}

export const countOf = async (stage: Stage, eventId: string): Promise<number> =>
  (await stage.api<{ participantCount: number }>('GET', `/${eventId}`)).body.participantCount;

/** Every rate as high as it goes: nobody is refused. */
export const unlimited = {
  ...{ sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, joinBurst: 1_000 },
  ...{ reactsPerSecond: 1_000, reactBurst: 1_000 },
};
