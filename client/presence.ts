import type { Participant } from '../shared/protocol/entities.ts';
import type { ServerToClient } from '../shared/protocol/server-to-client.ts';
import { TYPING_EVERY_MS, TYPING_LASTS_MS, TYPING_STOPS_MS } from './timing.ts';

type Change = ServerToClient['userJoined'];

export const peopleIn = ({ participant, participants }: Change): readonly Participant[] =>
  participants ?? (participant ? [participant] : []);

/** Whoever is there already takes the new name; a renaming comes as `userLeft` and `userJoined` of the same person. */
export const withJoined = (
  present: readonly Participant[],
  people: readonly Participant[],
): Participant[] => [...new Map([...present, ...people].map((one) => [one.id, one])).values()];

export const withLeft = (present: readonly Participant[], gone: readonly Participant[]): Participant[] =>
  present.filter(({ id }) => !gone.some((one) => one.id === id));

export interface Typists {
  heard(participant: Participant, isTyping: boolean): void;
  /** They have sent what they typed, or left. Without anybody: all. */
  clear(people?: readonly { id: string }[]): void;
}

/** Others who are typing: each until they stop, or for five seconds. */
export function createTypists(changed: (typing: readonly Participant[]) => void): Typists {
  const typing = new Map<string, { participant: Participant; timer: ReturnType<typeof setTimeout> }>();
  const show = () => changed([...typing.values()].map(({ participant }) => participant));
  const clear = (people: readonly { id: string }[] = [...typing.values()].map((one) => one.participant)) => {
    let isChanged = false;
    for (const { id } of people) {
      clearTimeout(typing.get(id)?.timer);
      isChanged = typing.delete(id) || isChanged;
    }
    if (isChanged) show();
  };
  return {
    heard(participant, isTyping) {
      const { id } = participant;
      if (!isTyping) return clear([participant]);
      clearTimeout(typing.get(id)?.timer);
      typing.set(id, { participant, timer: setTimeout(() => clear([participant]), TYPING_LASTS_MS) });
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
      timer = setTimeout(stop, TYPING_STOPS_MS);
      const now = Date.now();
      if (now - toldAt < TYPING_EVERY_MS) return;
      toldAt = now;
      tell(true);
    },
    stop,
  };
}
