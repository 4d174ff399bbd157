import type { AuditRecord, Ban, Event } from '../shared/protocol/entities.ts';
import { listAll, pathOf } from './events.ts';
import type { Http } from './http.ts';
import type { Requests } from './requests.ts';
import type { Moderation, Person } from './types.ts';

/** Acts go over the room's connection, lists over HTTP. */
export function createModeration(
  eventId: string,
  ask: Requests['ask'],
  http: Http,
  current: () => Event | undefined,
): Moderation {
  const act =
    <Data extends object>(
      action: 'deleteMessage' | 'kick' | 'unban',
      select = (data: Data): object => data,
    ) =>
    async (data: Data, options?: object) => {
      await ask(action, { ...select(data), ...options });
    };
  const update = async (rules: object) => (await ask('updateEvent', rules)).event;
  return {
    deleteMessage: act('deleteMessage', ({ seq }: { seq: number }) => ({ seq })),
    kick: act<Person>('kick'),
    unban: act<Person>('unban'),
    ban: async (person, options) => (await ask('ban', { ...person, ...options })).ban,
    pause: () => update({ paused: true }),
    resume: () => update({ paused: false }),
    slowMode: (slowModeSeconds) => update({ slowModeSeconds }),
    end: () =>
      update({ status: 'ended' }).catch((error) => {
        const event = current();
        // The end may be told before the request is answered.
        if (event?.status !== 'ended') throw error;
        return event;
      }),
    bans: () => listAll<'bans', Ban>(http, `${pathOf(eventId)}/bans`, 'bans'),
    audit: () => listAll<'records', AuditRecord>(http, `${pathOf(eventId)}/audit`, 'records'),
  };
}
