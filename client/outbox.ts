import type { Message, Participant } from '../shared/protocol/entities.ts';
import { type ChatError, fault } from './chat-error.ts';
import type { Requests } from './requests.ts';
import type { OwnMessage, Room } from './types.ts';

type Content = Pick<OwnMessage, 'text' | 'metadata' | 'replyTo'>;

interface Entry {
  shown: OwnMessage;
  promise: Promise<Message>;
  resolve(message: Message): void;
  reject(error: ChatError): void;
}

interface Current {
  id: string;
  cancel?: () => void;
}

export interface Outbox {
  send(content: Content): Promise<Message>;
  retry: Room['retry'];
  discard: Room['discard'];
  /** Own messages that are not in the log. */
  shown(): readonly OwnMessage[];
  /** The log has this message. Its key, if it was sent from here: nobody else knows the id of what is not in the log yet. */
  confirm(message: Message): string | undefined;
  failAll(error: ChatError): void;
}

interface OutboxOptions {
  start: Requests['start'];
  me(): Pick<Participant, 'id' | 'username'>;
  /** A message is stored. */
  stored(message: Message): void;
  changed(): void;
}

/** `crypto.randomUUID` is missing on pages without https. */
export const newId = () => globalThis.crypto?.randomUUID?.() ?? `${Math.random()}-${Math.random()}`;

/** Own messages, sent one after the other, so that they keep their order. */
export function createOutbox({ start, me, stored, changed }: OutboxOptions): Outbox {
  const entries = new Map<string, Entry>();
  let current: Current | undefined;

  const fail = (entry: Entry, error: ChatError) => {
    entry.shown = { ...entry.shown, state: 'failed', error: error.details };
    changed();
    entry.reject(error);
  };
  const add = (shown: OwnMessage): Promise<Message> => {
    const entry = { shown } as Entry;
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    // Who does not wait for it sees it fail.
    entry.promise.catch(() => {});
    entries.set(shown.clientMessageId, entry);
    changed();
    pump();
    return entry.promise;
  };
  const remove = (id: string) => {
    entries.delete(id);
    changed();
  };
  /** One after the other. */
  const pump = () => {
    const next = [...entries.values()].find(({ shown }) => shown.state === 'sending');
    if (current || !next) return;
    const { clientMessageId: id, text, metadata, replyTo } = next.shown;
    const then =
      <T>(act: (result: T) => void) =>
      (result: T) => {
        current = undefined;
        act(result);
        pump();
      };
    // What is over before it began has no handle yet.
    const mine: Current = { id };
    current = mine;
    mine.cancel = start(
      'sendMessage',
      { text, clientMessageId: id, metadata, replyTo: replyTo?.seq },
      { done: then(({ message }) => stored(message)), failed: then((error) => fail(next, error)) },
    );
  };

  return {
    send(content) {
      const id = newId();
      return add({
        state: 'sending',
        key: id,
        clientMessageId: id,
        participant: me(),
        sentAt: new Date().toISOString(),
        ...content,
      });
    },
    retry({ clientMessageId: id }) {
      const entry = entries.get(id);
      if (!entry) return Promise.reject(fault('MESSAGE_NOT_FOUND'));
      const { error, ...shown } = entry.shown;
      if (!error) return entry.promise;
      entries.delete(id);
      return add({ ...shown, state: 'sending' });
    },
    discard({ clientMessageId: id }) {
      if (entries.get(id)?.shown.error) remove(id);
    },
    shown: () =>
      [...entries.values()].map(({ shown }) =>
        // Written before we had joined.
        shown.participant.id ? shown : { ...shown, participant: me() },
      ),
    confirm(message) {
      const { clientMessageId: id = '' } = message;
      const entry = entries.get(id);
      if (!entry) return undefined;
      remove(id);
      entry.resolve(message);
      if (current?.id === id) {
        current.cancel?.();
        current = undefined;
        pump();
      }
      return id;
    },
    failAll(error) {
      for (const entry of entries.values()) if (!entry.shown.error) fail(entry, error);
    },
  };
}
