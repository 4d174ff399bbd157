import type { Mute } from '../protocol/entities.ts';
import { muteGroup, muteKey } from './keys.ts';
import { sanctionsOf } from './sanctions.ts';

/** Who may not write in an event for a while. */
export const mutes = sanctionsOf<Mute>({ key: muteKey, group: muteGroup, sinceOf: ({ mutedAt }) => mutedAt });
