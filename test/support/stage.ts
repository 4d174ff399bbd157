import type { ChatClient } from './chat-client.ts';
import type { Death, Written } from './deaths.ts';
import type { HttpAnswer } from './chat.ts';
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
