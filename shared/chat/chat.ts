import type { Delivery } from '../delivery/delivery.ts';
import type { Outcome } from '../delivery/poster.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';

/** What an operation works with. */
export interface Chat extends Delivery {
  /** Sends events to one connection, past all windows: answers and what concerns nobody else. */
  send(connectionId: string, ...events: ServerEvent[]): Promise<Outcome>;
}

/** What an operation came to: the data of its acknowledgement, and what happens once that is sent. */
export interface Reply<Data extends object = object> {
  data: Data;
  afterwards?: () => Promise<void>;
}

/** `reservedBytes` is what the answer's frame needs for the request's id: pages leave room for it. */
export type Operation<Input> = (
  chat: Chat,
  connectionId: string,
  input: Input,
  reservedBytes: number,
) => Promise<Reply>;
