import { open } from '../../shared/chat/open.ts';
import { chat } from '../context.ts';

/** What `$connect` invokes it with, asynchronously. */
export interface OpenEvent {
  connectionId: string;
  /** Engine.IO's id of the connection. */
  sid: string;
}

export async function handler({ connectionId, sid }: OpenEvent): Promise<void> {
  await open(chat, connectionId, sid);
}
