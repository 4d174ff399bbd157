import type { Action, ActionData } from '../../protocol/client-to-server.ts';
import type { Participant } from '../../protocol/entities.ts';
import type { Replies } from '../../protocol/replies.ts';
import type { Chat, Operation } from '../chat.ts';
import { membershipOf } from '../membership-of.ts';
import { rateLimit, writersOf } from '../rate-limit.ts';
import { announce } from './announce.ts';
import { ban, unban } from './ban.ts';
import { deleteMessage } from './delete-message.ts';
import { kick } from './kick.ts';
import { mute, unmute } from './mute.ts';
import { pin, unpin } from './pin.ts';
import { type Actor, requireModerator } from './require-moderator.ts';
import { updateEvent } from './update-event.ts';

type Act<Input, Data> = (
  chat: Chat,
  eventId: string,
  actor: Actor,
  input: Input,
  participant: Participant,
) => Promise<Data>;

/** An act of moderation as an action of somebody in the event. Throws `NOT_JOINED`, `RATE_LIMITED`, `FORBIDDEN`. */
const moderating =
  <A extends Action>(act: Act<ActionData<A>, Replies[A]>): Operation<ActionData<A>, Replies[A]> =>
  async (chat, connection, input) => {
    const { eventId, participant } = membershipOf(connection);
    const { id } = participant;
    const actor = { name: id, participantId: id, rights: connection.identity?.rights ?? [] };
    await rateLimit(chat, writersOf(connection), 'moderate');
    await requireModerator(chat.table, eventId, actor);
    return { data: await act(chat, eventId, actor, input, participant) };
  };

/** What moderators do in the event that they have joined. */
export const moderation = {
  deleteMessage: moderating<'deleteMessage'>(deleteMessage),
  announce: moderating<'announce'>(announce),
  pin: moderating<'pin'>(async (chat, eventId, actor, { seq }) => ({
    event: await pin(chat, eventId, actor, { seq }),
  })),
  unpin: moderating<'unpin'>(async (chat, eventId, actor) => ({ event: await unpin(chat, eventId, actor) })),
  kick: moderating<'kick'>(kick),
  ban: moderating<'ban'>(ban),
  unban: moderating<'unban'>(unban),
  mute: moderating<'mute'>(mute),
  unmute: moderating<'unmute'>(unmute),
  updateEvent: moderating<'updateEvent'>(async (chat, eventId, actor, rules) => ({
    event: await updateEvent(chat, eventId, actor, rules),
  })),
};
