import type { Participant } from '../shared/protocol/entities.ts';
import type { ServerToClient } from '../shared/protocol/server-to-client.ts';
import { timing } from './timing.ts';

type Change = ServerToClient['userJoined'];

const peopleIn = ({ participant, participants }: Change): readonly Participant[] =>
  participants ?? (participant ? [participant] : []);

/** Whoever is there already takes the new name; a renaming comes as `userLeft` and `userJoined` of the same person. */
export function withJoined(present: readonly Participant[], change: Change): readonly Participant[] {
  const people = new Map([...present, ...peopleIn(change)].map((one) => [one.id, one]));
  return [...people.values()];
}

export function withLeft(present: readonly Participant[], change: Change): readonly Participant[] {
  const gone = new Set(peopleIn(change).map(({ id }) => id));
  return present.filter(({ id }) => !gone.has(id));
}

export interface Typists {
  heard(participant: Participant, isTyping: boolean): void;
  /** They have sent what they typed, or left. */
  clear(ids: readonly string[]): void;
}

/** Others who are typing: each until they stop, or for five seconds. */
export function createTypists(changed: (typing: readonly Participant[]) => void): Typists {
  const typing = new Map<string, { participant: Participant; timer: ReturnType<typeof setTimeout> }>();
  const show = () => changed([...typing.values()].map(({ participant }) => participant));
  const clear = (ids: readonly string[]) => {
    let isChanged = false;
    for (const id of ids) {
      clearTimeout(typing.get(id)?.timer);
      isChanged = typing.delete(id) || isChanged;
    }
    if (isChanged) show();
  };
  return {
    heard(participant, isTyping) {
      const { id } = participant;
      if (!isTyping) return clear([id]);
      clearTimeout(typing.get(id)?.timer);
      typing.set(id, { participant, timer: setTimeout(() => clear([id]), timing.typingLastsMs) });
      show();
    },
    clear,
  };
}

/** What the others are told of our typing: at most every three seconds, and when it has stopped. */
export function createOwnTyping(tell: (isTyping: boolean) => void): { type(): void; stop(): void } {
  let toldAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    toldAt = 0;
    tell(false);
  };
  return {
    type() {
      clearTimeout(timer);
      timer = setTimeout(stop, timing.typingStopsMs);
      const now = Date.now();
      if (now - toldAt < timing.typingEveryMs) return;
      toldAt = now;
      tell(true);
    },
    stop,
  };
}
