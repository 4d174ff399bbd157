import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { parse } from '../../shared/protocol/parse.ts';
import { answer } from './answer.ts';

/** Whatever no route selects: `ping`, unknown actions, and what is no frame at all. */
export const handler = answer(async (_connectionId, { action, data }) => {
  if (action !== 'ping') throw new ChatError('UNKNOWN_ACTION');
  return { data: parse(clientToServer.ping, data) };
});
