import { ChatError } from '../../shared/protocol/errors.ts';
import { answer } from './answer.ts';

/** Whatever no route selects: `ping`, unknown actions, and what is no frame at all. */
export const handler = answer(async (_connectionId, { action }) => {
  if (action === 'ping') return { data: {} };
  throw new ChatError('UNKNOWN_ACTION');
});
