import type { Participant } from '../../client/index.ts';

/** What somebody is in the event, beside their name. */
export function RoleBadge({ participant, isHost }: { participant: Partial<Participant>; isHost: boolean }) {
  const role = ('role' in participant && participant.role) || (isHost ? 'host' : undefined);
  return role ? <span class="badge">{String(role)}</span> : null;
}
