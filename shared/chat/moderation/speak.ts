import { deliverNow } from '../../delivery/deliver.ts';
import { newId } from '../../ids.ts';
import type { Message } from '../../protocol/entities.ts';
import { ChatError } from '../../protocol/errors.ts';
import { getPin } from '../../store/pins.ts';
import { appendMessage, type Draft, firstOf } from '../append.ts';
import type { Chat } from '../chat.ts';
import { audit } from './audit.ts';
import { pin } from './pin.ts';
import type { Actor } from './require-moderator.ts';

type Speech = Omit<Draft, 'id' | 'sentAt'>;

/**
 * Stores a message that no rule of the event binds, and pins it if that is wanted. A repeat with the same `clientMessageId`
 * finds the first message, and pins it if that was left undone and nothing was pinned or unpinned since. Throws `EVENT_ENDED`.
 */
export async function speak(
  chat: Chat,
  actor: Actor,
  speech: Speech,
  { isPinned }: { isPinned: boolean | undefined },
): Promise<{ message: Message }> {
  const { eventId, kind } = speech;
  const first = await firstOf(chat, speech);
  const message = first ?? (await say());
  if (isPinned && !(first && (await isOvertaken(chat, first)))) await pinUnlessDeleted(chat, actor, message);
  return { message };

  async function say(): Promise<Message> {
    // Backends write more than anybody reads, and in their own name.
    if (kind === 'announcement') await audit(chat, eventId, actor, { action: 'announce' });
    const draft: Draft = { id: newId(), ...speech, sentAt: new Date().toISOString() };
    const { message, ...written } = await appendMessage(chat, draft, {
      gate: 'active',
      gateFor: async () => 'active',
    });
    await deliverNow(chat, eventId, written);
    return message;
  }
}

async function isOvertaken({ table }: Chat, { eventId, seq }: Message): Promise<boolean> {
  const { pinned, pinnedAsOf = 0 } = await getPin(table, eventId);
  return pinned !== seq && pinnedAsOf >= seq;
}

/** Whoever repeats what was deleted meanwhile has nothing to pin. */
async function pinUnlessDeleted(chat: Chat, actor: Actor, { eventId, seq }: Message): Promise<void> {
  try {
    await pin(chat, eventId, actor, { seq });
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'MESSAGE_NOT_FOUND') throw error;
  }
}
