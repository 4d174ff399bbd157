import { participantIdOf } from '../../shared/chat/moderation/participants.ts';
import type { Person } from '../../shared/protocol/client-to-server.ts';
import { chat } from '../context/chat.ts';

/** The ids of the hosts that somebody names. Throws `BAD_REQUEST` for subjects where there is no issuer. */
export const participantIdsOf = (hosts: readonly Person[] | undefined): string[] | undefined =>
  hosts?.map((host, index) => participantIdOf(chat, host, `hosts.${index}.subject`));
