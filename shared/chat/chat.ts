import type { Outgoing } from '../delivery/content/frames.ts';
import type { PostOutcome } from '../delivery/posting/poster.ts';
import type { Delivery } from '../delivery/types.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import type { Wire } from '../protocol/wire.ts';
import type { Connection } from '../store/connections.ts';
import type { Reviewer } from './reviewer.ts';

/** Whom to send to. */
export interface Addressee {
  connectionId: string;
  wire: Wire;
}

/** What an operation works with. */
export interface Chat extends Delivery {
  /** Sends events to one connection, past all windows: answers and what concerns nobody else. */
  send(to: Addressee, ...events: Outgoing[]): Promise<PostOutcome>;
  /** Who looks at messages before they are written, if somebody does. */
  readonly reviewer?: Reviewer | undefined;
}

/** What an operation came to: the data of its acknowledgement, and what happens once that is sent. */
export interface Reply<Data extends object = object> {
  data: Data;
  /** What goes out instead when no acknowledgement was asked for. */
  eventWithoutAck?: ServerEvent;
  afterwards?: (() => Promise<void>) | undefined;
}

/** `connection` as it was when the request came. `reservedBytes` is what the answer's frame needs for the request's id: pages leave room for it. */
export type Operation<Input, Data extends object = object> = (
  chat: Chat,
  connection: Connection,
  input: Input,
  reservedBytes: number,
) => Promise<Reply<Data>>;
