import type { Message, Participant } from '../shared/protocol/entities.ts';
import { ChatError } from './chat-error.ts';
import type { Handle, Requests } from './requests.ts';
import type { OwnMessage } from './types.ts';

interface Entry {
  shown: OwnMessage;
  promise: Promise<Message>;
  resolve(message: Message): void;
  reject(error: ChatError): void;
}

interface Current {
  id: string;
  handle?: Handle;
}

export interface Outbox {
  send(text: string): Promise<Message>;
  retry(clientMessageId: string): Promise<Message>;
  discard(clientMessageId: string): void;
  /** Own messages that are not in the log. */
  shown(): readonly OwnMessage[];
  /** The log has this message: if it is one of ours, its key. */
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

/** A UUID also where `crypto.randomUUID` is missing: pages without https. */
function newId(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> };
  if (crypto?.randomUUID) return crypto.randomUUID();
  return [0, 0, 0].map(() => Math.random().toString(36).slice(2)).join('-');
}

/** Own messages, sent one after the other, so that they keep their order. */
export function createOutbox({ start, me, stored, changed }: OutboxOptions): Outbox {
  const entries = new Map<string, Entry>();
  let current: Current | undefined;

  const update = (entry: Entry, changes: Partial<OwnMessage>) => {
    const { error: _, ...shown } = entry.shown;
    entry.shown = { ...shown, ...changes };
    changed();
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

  const fail = (entry: Entry, error: ChatError) => {
    update(entry, { state: 'failed', error: error.toData() });
    entry.reject(error);
  };

  /** The current one is done with, or another is the first. */
  const pump = () => {
    const next = [...entries.values()].find(({ shown }) => shown.state === 'sending');
    if (current || !next) return;
    const { clientMessageId: id, text } = next.shown;
    const mine: Current = { id };
    current = mine;
    const over = (then: () => void) => {
      if (current === mine) current = undefined;
      then();
      pump();
    };
    mine.handle = start(
      'sendMessage',
      { text, clientMessageId: id },
      {
        done: ({ message }) => over(() => stored(message)),
        failed: (error) => over(() => fail(next, error)),
      },
    );
  };

  const confirm = (message: Message) => {
    const { clientMessageId: id = '', participant } = message;
    const entry = entries.get(id);
    if (!entry || participant.id !== me().id) return undefined;
    entries.delete(id);
    if (current?.id === id) {
      current.handle?.cancel();
      current = undefined;
    }
    entry.resolve(message);
    changed();
    pump();
    return id;
  };

  return {
    send(text) {
      const id = newId();
      return add({
        state: 'sending',
        key: id,
        clientMessageId: id,
        participant: me(),
        text,
        sentAt: new Date().toISOString(),
      });
    },
    retry(id) {
      const entry = entries.get(id);
      if (!entry) return Promise.reject(new ChatError({ code: 'MESSAGE_NOT_FOUND' }));
      if (entry.shown.state === 'sending') return entry.promise;
      entries.delete(id);
      const { error: _, ...shown } = entry.shown;
      return add({ ...shown, state: 'sending' });
    },
    discard(id) {
      if (entries.get(id)?.shown.state !== 'failed') return;
      entries.delete(id);
      changed();
    },
    shown: () => [...entries.values()].map(({ shown }) => shown),
    confirm,
    failAll(error) {
      for (const entry of entries.values()) if (entry.shown.state === 'sending') fail(entry, error);
    },
  };
}
