import { deliverNow } from '../../delivery/deliver.ts';
import type { ActionData } from '../../protocol/client-to-server.ts';
import type { Event } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { type EventHead, getEventHead } from '../../store/event-head.ts';
import { getMessage } from '../../store/messages.ts';
import { clearPin, clearPinOf, getPin, setPin } from '../../store/pins.ts';
import { append } from '../append.ts';
import type { Chat } from '../chat.ts';
import { getEvent } from '../get-event.ts';
import { requireActive } from '../require-active.ts';
import { audit } from './audit.ts';
import type { Actor } from './require-moderator.ts';

/** Lets everybody see a message first, instead of the one before. Throws `EVENT_ENDED`, `MESSAGE_NOT_FOUND`. */
export async function pin(
  chat: Chat,
  eventId: string,
  actor: Actor,
  { seq }: ActionData<'pin'>,
): Promise<Event> {
  const head = await activeHead(chat, eventId);
  const message = await getMessage(chat.table, eventId, seq);
  if (!message) throw new ChatError('MESSAGE_NOT_FOUND');
  await audit(chat, eventId, actor, { action: 'pin', seq, participantId: message.participant.id });
  await setPin(chat.table, eventId, seq, head.seq);
  return tellOfPin(chat, eventId);
}

/** Takes the pin away. Where nothing is pinned, another may have died before it told. Throws `EVENT_ENDED`. */
export async function unpin(chat: Chat, eventId: string, actor: Actor): Promise<Event> {
  const head = await activeHead(chat, eventId);
  await audit(chat, eventId, actor, { action: 'unpin' });
  await clearPin(chat.table, eventId, head.seq);
  return tellOfPin(chat, eventId);
}

/** After a deletion: nothing that is gone stays pinned. Safe to repeat, which finishes what a crash left undone. */
export async function unpinDeleted(chat: Chat, eventId: string): Promise<void> {
  const { pinned: seq } = await getPin(chat.table, eventId);
  if (seq === undefined || (await getMessage(chat.table, eventId, seq))) return;
  // First: as long as the number is there, a repeat tells.
  await tellOfChange(chat, eventId);
  await clearPinOf(chat.table, eventId, seq);
}

async function activeHead({ table }: Chat, eventId: string): Promise<EventHead> {
  const head = await getEventHead(table, eventId);
  requireActive(head);
  return head;
}

async function tellOfPin(chat: Chat, eventId: string): Promise<Event> {
  await tellOfChange(chat, eventId);
  await deliverNow(chat, eventId);
  return getEvent(chat, eventId);
}

const tellOfChange = (chat: Chat, eventId: string) =>
  append(chat, eventId, { gate: 'there', entryAt: (seq) => ({ seq, kind: 'updated' as const }) });
