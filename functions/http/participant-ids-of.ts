import { participantIdOf } from '../../shared/chat/moderation/participants.ts';
import type { Person } from '../../shared/protocol/client-to-server.ts';
import { chat } from '../context/chat.ts';

/** The participant ids of the hosts in a request. Throws `BAD_REQUEST` for subjects where no issuer is set. */
export const participantIdsOf = (hosts: readonly Person[] | undefined): string[] | undefined =>
  hosts?.map((host, index) => participantIdOf(chat, host, `hosts.${index}.subject`));
