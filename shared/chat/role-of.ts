import type { Identity } from '../identity.ts';
import type { Participant, Role } from '../protocol/entities.ts';

/** The role that somebody has in an event with these hosts; of several the one with the most rights. */
export function roleOf(
  participantId: string,
  identity: Pick<Identity, 'rights'> | undefined,
  hosts: readonly string[],
): Role | undefined {
  const rights = identity?.rights ?? [];
  if (rights.includes('operate')) return 'operator';
  if (rights.includes('moderate')) return 'moderator';
  return hosts.includes(participantId) ? 'host' : undefined;
}

/** The same person with another role, or none. */
export function withRole<Person extends Pick<Participant, 'role'>>(
  person: Person,
  role: Role | undefined,
): Person {
  const { role: _before, ...rest } = person;
  return (role ? { ...rest, role } : rest) as Person;
}
