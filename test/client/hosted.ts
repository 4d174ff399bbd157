import type { Room } from '../../client/index.ts';
import { createEvent, http } from '../support/chat.ts';
import { enter, until } from './rooms.ts';

/** Somebody who hosts an event, and a guest of it. */
export async function hosted(): Promise<{ eventId: string; host: Room; guest: Room }> {
  const eventId = await createEvent();
  const [host, guest] = await Promise.all([enter(eventId, 'hanna'), enter(eventId, 'gus')]);
  const hosts = [{ participantId: host.snapshot.me?.id }];
  await http(`/${eventId}`, { method: 'PATCH', body: { hosts } });
  await until(host, 'a host', ({ can }) => can.moderate);
  return { eventId, host, guest };
}
export const personOf = ({ snapshot }: Room) => ({ participantId: `${snapshot.me?.id}` });
