import type { Event, Participant } from '../shared/protocol/entities.ts';
import type { ServerToClient } from '../shared/protocol/server-to-client.ts';
import { REACTING_MS, TYPING_EVERY_MS, TYPING_LASTS_MS, TYPING_STOPS_MS } from './timing.ts';

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

/** A role that comes with a token stays. */
export const withHosts = ({ hosts }: Event, people: readonly Participant[]): Participant[] =>
  people.map((one) =>
    one.role && one.role !== 'host' ? one : { ...one, role: hosts?.includes(one.id) ? 'host' : undefined },
  );

export interface Typists {
  heard(participant: Participant, isTyping: boolean): void;
  /** They have sent what they typed, or left. Without anybody: all. */
  clear(people?: Iterable<Pick<Participant, 'id'>>): void;
}

/** Others who are typing: each until they stop, or for five seconds. */
export function createTypists(changed: (typing: readonly Participant[]) => void): Typists {
  const typing = new Map<string, Participant>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const show = () => changed([...typing.values()]);
  const clear = (people: Iterable<Pick<Participant, 'id'>> = typing.values()) => {
    const { size } = typing;
    for (const { id } of people) {
      clearTimeout(timers.get(id));
      typing.delete(id);
    }
    if (typing.size < size) show();
  };
  return {
    heard(participant, isTyping) {
      const { id } = participant;
      if (!isTyping) return clear([participant]);
      clearTimeout(timers.get(id));
      timers.set(id, setTimeout(clear, TYPING_LASTS_MS, [participant]));
      typing.set(id, participant);
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

const MOST_TAPS = 10;

/** Taps on reactions: those of a second are told as one. */
export function createTaps(tell: (reaction: string, count: number) => void): (reaction: string) => void {
  const counts = new Map<string, number>();
  return (reaction) => {
    const count = counts.get(reaction) ?? 0;
    counts.set(reaction, Math.min(count + 1, MOST_TAPS));
    if (count) return;
    setTimeout(() => {
      tell(reaction, counts.get(reaction) ?? 0);
      counts.delete(reaction);
    }, REACTING_MS);
  };
}
