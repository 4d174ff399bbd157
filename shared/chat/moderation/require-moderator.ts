import type { Right } from '../../identity.ts';
import { participantIdOfCaller } from '../../ids.ts';
import { ChatError } from '../../protocol/errors.ts';
import { isBanned } from '../../store/bans.ts';
import { getHosts } from '../../store/events.ts';
import type { Table } from '../../store/table.ts';

/** Who acts on an event: somebody in it, somebody with a token, or a caller with IAM credentials. */
export interface Actor {
  /** For the audit. */
  name: string;
  participantId?: string | undefined;
  /** By the token. */
  username?: string | undefined;
  rights: readonly Right[];
}

/** Whether somebody may moderate an event: by a right, which is for all events, or as its host. */
export async function isModerator(
  table: Table,
  eventId: string,
  actor: Omit<Actor, 'name'>,
): Promise<boolean> {
  if (actor.rights.length > 0) return true;
  const { participantId } = actor;
  if (participantId === undefined) return false;
  const isHost = (await getHosts(table, eventId)).includes(participantId);
  // Or a host could lift their own ban, over HTTP.
  return isHost && !(await isBanned(table, eventId, participantId));
}

/** Throws `FORBIDDEN` for anybody else. */
export async function requireModerator(table: Table, eventId: string, actor: Actor): Promise<void> {
  if (!(await isModerator(table, eventId, actor))) throw new ChatError('FORBIDDEN');
}

/** Throws `FORBIDDEN` for everybody who may not create and change events. */
export function requireOperator({ rights }: Pick<Actor, 'rights'>): void {
  if (!rights.includes('operate')) throw new ChatError('FORBIDDEN');
}

/** The public id of whoever acts: of a participant, or of a caller with IAM credentials. */
export const idOfActor = ({ participantId, name }: Actor): string =>
  participantId ?? participantIdOfCaller(name);
