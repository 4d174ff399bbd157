import type { Action } from '../shared/protocol/client-to-server.ts';
import type { AuditRecord, Ban, Event, Mute } from '../shared/protocol/entities.ts';
import { listAll, pathOf } from './events.ts';
import type { Http } from './http.ts';
import { newId } from './outbox.ts';
import type { Requests } from './requests.ts';
import type { Moderation } from './types.ts';

/** Acts go over the room's connection, lists over HTTP. */
export function createModeration(
  eventId: string,
  ask: Requests['ask'],
  http: Http,
  current: () => Event | undefined,
): Moderation {
  /** Of a message, only the `seq` is sent. Resolves to the one thing that the ack names, if any: a ban, a message, the event. */
  const act =
    (action: Action) =>
    async (about: object = {}, options?: object): Promise<never> => {
      const { seq } = about as { seq?: number };
      const reply = await ask(action, { ...(seq === undefined ? about : { seq }), ...options });
      return Object.values(reply)[0] as never;
    };
  const update: Moderation['update'] = act('updateEvent');
  const announce = act('announce');
  return {
    deleteMessage: act('deleteMessage'),
    kick: act('kick'),
    ban: act('ban'),
    unban: act('unban'),
    mute: act('mute'),
    unmute: act('unmute'),
    pin: act('pin'),
    unpin: act('unpin'),
    announce: (text, options) => announce({ text, clientMessageId: newId() }, options),
    update,
    pause: () => update({ paused: true }),
    resume: () => update({ paused: false }),
    slowMode: (slowModeSeconds) => update({ slowModeSeconds }),
    end: () =>
      act('updateEvent')({ status: 'ended' }).catch((error) => {
        const event = current();
        // The end may be told before the request is answered.
        if (event?.status !== 'ended') throw error;
        return event;
      }),
    bans: () => listAll<'bans', Ban>(http, `${pathOf(eventId)}/bans`, 'bans'),
    mutes: () => listAll<'mutes', Mute>(http, `${pathOf(eventId)}/mutes`, 'mutes'),
    audit: () => listAll<'records', AuditRecord>(http, `${pathOf(eventId)}/audit`, 'records'),
  };
}
