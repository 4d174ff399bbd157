import type { Author } from '../../client/index.ts';

/** What somebody is in the event, beside their name. */
export function RoleBadge({ participant, isHost }: { participant: Pick<Author, 'role'>; isHost: boolean }) {
  const role = participant.role ?? (isHost ? 'host' : undefined);
  return role ? <span class="badge">{role}</span> : null;
}
