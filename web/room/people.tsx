import type { Room, RoomSnapshot } from '../../client/index.ts';
import { Avatar } from './avatar.tsx';
import { ModeratePerson } from './moderate.tsx';
import { RoleBadge } from './role-badge.tsx';

const inNameOrder = new Intl.Collator(undefined, { sensitivity: 'base' });

/** Who is here: oneself first, then by name. */
export function People({ room, snapshot }: { room: Room; snapshot: RoomSnapshot }) {
  const { participants, participantCount, me, can, event } = snapshot;
  const people = [...participants].sort(
    (a, b) =>
      Number(b.id === me?.id) - Number(a.id === me?.id) || inNameOrder.compare(a.username, b.username),
  );
  const unnamed = participantCount - people.length;
  return (
    <>
      <ul class="people" aria-label="People">
        {people.map((person) => (
          <li key={person.id}>
            <Avatar {...person} />
            <span class="name" title={person.username}>
              <bdi>{person.username}</bdi>
              {person.id === me?.id && <span class="quiet"> (you)</span>}
            </span>
            <RoleBadge participant={person} isHost={event?.hosts?.includes(person.id) ?? false} />
            {can.moderate && person.id !== me?.id && <ModeratePerson room={room} person={person} />}
          </li>
        ))}
      </ul>
      {unnamed > 0 && <p class="quiet">and {unnamed.toLocaleString()} more</p>}
    </>
  );
}
