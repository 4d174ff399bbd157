import type { AuditRecord, Ban } from '../shared/protocol/entities.ts';
import { listAll, pathOf } from './events.ts';
import type { Http } from './http.ts';
import type { Requests } from './requests.ts';
import type { Moderation } from './types.ts';

/** Acts go over the room's connection, lists over HTTP. */
export function createModeration(eventId: string, ask: Requests['ask'], http: Http): Moderation {
  const update = async (rules: object) => (await ask('updateEvent', rules)).event;
  return {
    async deleteMessage({ seq }) {
      await ask('deleteMessage', { seq });
    },
    async kick(person, options) {
      await ask('kick', { ...person, ...options });
    },
    ban: async (person, options) => (await ask('ban', { ...person, ...options })).ban,
    async unban(person) {
      await ask('unban', person);
    },
    pause: () => update({ paused: true }),
    resume: () => update({ paused: false }),
    slowMode: (slowModeSeconds) => update({ slowModeSeconds }),
    end: () => update({ status: 'ended' }),
    bans: () => listAll<'bans', Ban>(http, `${pathOf(eventId)}/bans`, 'bans'),
    audit: () => listAll<'records', AuditRecord>(http, `${pathOf(eventId)}/audit`, 'records'),
  };
}
