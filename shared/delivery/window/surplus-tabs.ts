import { ChatError } from '../../protocol/errors.ts';
import { encodeDisconnect } from '../../protocol/socketio.ts';
import { isSocketIo } from '../../protocol/wire.ts';
import { batchesFor, packFrames } from '../content/frames.ts';
import { byParticipant } from '../content/presence-changes.ts';
import type { Delivery } from '../types.ts';
import { type AudienceMember, hasName } from './audience.ts';

/**
 * The oldest tabs of participants with more than `tabsPerParticipant`: every tab is a member to be served, and one person
 * could have any number. Only windows that list names look.
 */
export function surplusTabs(
  members: readonly AudienceMember[],
  { tabsPerParticipant: most }: Delivery['settings'],
): AudienceMember[] {
  if (members.length <= most) return [];
  return [...byParticipant(members.filter(hasName)).values()]
    .filter((tabs) => tabs.length > most)
    .flatMap((tabs) => tabs.sort((a, b) => a.heldSince - b.heldSince).slice(0, tabs.length - most));
}

/** Tells them why they are about to be disconnected. A Socket.IO client that the server sends away does not come back by itself. */
export async function tellSurplus(
  { poster, settings }: Delivery,
  members: readonly AudienceMember[],
  until: number,
): Promise<void> {
  if (members.length === 0) return;
  const reason = `You have more than ${settings.tabsPerParticipant} connections in this event, and this is the oldest.`;
  const error = new ChatError('FORBIDDEN', { reason }).toData();
  const batches = batchesFor(members, (wire) => [
    ...packFrames(wire, [{ event: 'error', data: error }]),
    ...(isSocketIo(wire) ? [encodeDisconnect()] : []),
  ]);
  await poster.postAll(batches, () => until);
}
