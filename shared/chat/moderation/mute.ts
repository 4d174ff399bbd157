import { forEachConcurrently } from '../../concurrency.ts';
import type { Outgoing } from '../../delivery/content/frames.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Mute } from '../../protocol/entities.ts';
import { announceMute } from '../../store/event-rules.ts';
import { isTokenExpired, listTabs } from '../../store/members.ts';
import { mutes } from '../../store/mutes.ts';
import type { Chat } from '../chat.ts';
import { toldOf } from '../muted.ts';
import { audit } from './audit.ts';
import { participantIdOf } from './participants.ts';
import { requireExpellable } from './require-expellable.ts';
import type { Actor } from './require-moderator.ts';

const CONCURRENCY = 10;

/** Keeps a participant from writing for so many seconds; they stay and read. Muting again changes the mute. */
export async function mute(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { reason, seconds, ...person }: ActionData<'mute'>,
): Promise<object> {
  const { table } = chat;
  const participantId = await requireExpellable(chat, eventId, actor, person);
  const why = reason === undefined ? {} : { reason };
  const now = Date.now();
  const until = now + seconds * 1000;
  const expiresAt = new Date(until).toISOString();
  const mute: Mute = { participantId, mutedAt: new Date(now).toISOString(), expiresAt, ...why };
  await audit(chat, eventId, actor, { action: 'mute', participantId, ...why, changes: { expiresAt } });
  // First: whoever looks because the head has changed finds it.
  await mutes.put(table, eventId, mute);
  await announceMute(table, eventId, until);
  const username = await tellTabs(chat, eventId, participantId, toldOf(eventId, mute));
  if (username !== undefined) await mutes.name(table, eventId, participantId, username);
  return {};
}

/** Lets somebody write again. Whoever is not muted may already. */
export async function unmute(
  chat: Chat,
  eventId: string,
  actor: Actor,
  person: ActionData<'unmute'>,
): Promise<object> {
  const participantId = participantIdOf(chat, person);
  await audit(chat, eventId, actor, { action: 'unmute', participantId });
  await mutes.lift(chat.table, eventId, participantId);
  await tellTabs(chat, eventId, participantId, { event: 'unmuted', data: { eventId } });
  return {};
}

/** Tells a participant on all connections, but for those with a role, whom no mute binds. Resolves to their name, if they are there. */
async function tellTabs(
  chat: Chat,
  eventId: string,
  participantId: string,
  told: Outgoing,
): Promise<string | undefined> {
  let username: string | undefined;
  for await (const tabs of listTabs(chat.table, eventId, participantId)) {
    username ??= tabs[0]?.participant.username;
    const now = Date.now();
    const bound = tabs.filter(
      (tab) => tab.state !== 'away' && !tab.participant.role && !isTokenExpired(tab, now),
    );
    await forEachConcurrently(bound, CONCURRENCY, async (tab) => {
      await chat.send(tab, told);
    });
  }
  return username;
}
