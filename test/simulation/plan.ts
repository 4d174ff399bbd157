import type { ChatSettings } from '../../shared/settings.ts';
import { type FaultKind, mayRepeat, type Rates } from './faults.ts';
import { Random } from './random.ts';

/** How many events a world has; most join the first. */
export const EVENTS = 2;
export const EMOJI = ['👍', '❤️', '😂'] as const;

/** What a client's user or a moderator does, or what happens to a connection. */
export type Act =
  | { do: 'join'; event: number; watches: boolean; renamed: boolean }
  | { do: 'leave' | 'drop' | 'vanish' | 'quit' | 'deafen' | 'sicken' | 'outage' | 'end' | 'type' | 'list' }
  | { do: 'send'; identified: boolean; burst: number; repeated: boolean }
  | { do: 'react'; emoji: string; count: number }
  | { do: 'delete' | 'announce' | 'pause' }
  | { do: 'kick' | 'ban' | 'unban' | 'mute' | 'unmute'; whom: number };
export type Operation = Act & {
  /** Its place in the plan: what a smaller plan keeps it by. */
  index: number;
  /** When, milliseconds from the beginning. */
  at: number;
  client: number;
};

export interface PlannedClient {
  wire: 'json' | 'socketio' | 'socketio-batch';
  person: number;
}

export interface Plan {
  seed: number;
  people: number;
  clients: PlannedClient[];
  operations: Operation[];
  rates: Rates;
  settings: Partial<ChatSettings>;
  /** Nothing goes wrong after which anybody may hear something twice. */
  isStrict: boolean;
}

/** What a plan keeps of its seed's: to find what it takes to fail. */
export interface Less {
  operations?: readonly number[];
  without?: readonly FaultKind[];
}

const OPERATIONS = 44;
const LENGTH_MS = 40_000;

/** How often each happens of all that is done by chance. */
const mild: Rates = {
  conflict: 0.004,
  staleRead: 0.4,
  shortPage: 0.1,
  unprocessed: 0.1,
  slowRequest: 0.004,
  recordTwice: 0.1,
  recordLate: 0.1,
  coldStart: 0.3,
  recycled: 0.02,
  postRefused: 0.01,
  disconnectLost: 0.15,
  disconnectTwice: 0.15,
};
const rough: Rates = {
  ...mild,
  requestLost: 0.002,
  answerLost: 0.003,
  throttled: 0.004,
  recordLost: 0.03,
  killed: 0.03,
  noConcurrency: 0.01,
  slowInvocation: 0.02,
  postFailed: 0.01,
  postUnanswered: 0.005,
  handshakeLost: 0.05,
};

/** Everything that a seed decides beforehand. */
export function planOf(seed: number, { operations: kept, without = [] }: Less = {}): Plan {
  const random = new Random(seed, 'plan');
  const isStrict = random.chance(0.3);
  // Some worlds are deadly.
  const all = isStrict
    ? mild
    : { ...rough, killed: random.pick([0.02, 0.06, 0.12]), slowRequest: random.pick([0.004, 0.02]) };
  // Each world has some of the kinds: together they hide what one does.
  const rates = Object.fromEntries(
    Object.entries(all).filter(([kind]) => random.chance(0.75) && !without.includes(kind as FaultKind)),
  );
  const people = 5;
  const clients = Array.from(
    { length: 7 },
    (_, index): PlannedClient => ({
      wire: random.pick(['json', 'json', 'socketio', 'socketio-batch']),
      // The first is a host; the last two have the tab of somebody else.
      person: index < people ? index : random.integer(0, people - 1),
    }),
  );
  const settings = settingsOf(random);
  const operations = [
    ...clients.map((_, client) => ({
      ...joinOf(random, 0.9),
      ...{ at: random.between(0, 1_500), client, index: client },
    })),
    ...Array.from({ length: OPERATIONS }, (_, index) => ({
      ...actOf(random, people),
      ...{ at: random.between(1_000, LENGTH_MS), index: clients.length + index },
      client: random.integer(0, clients.length - 1),
    })),
  ].sort((a, b) => a.at - b.at);
  return {
    ...{ seed, people, clients, rates, settings, isStrict },
    operations: operations
      .map((one) =>
        /^(delete|announce|pause|kick|ban|unban|mute|unmute)$/.test(one.do) ? { ...one, client: 0 } : one,
      )
      // What is strict has nothing that may make somebody hear something twice.
      .filter(({ do: what }) => !isStrict || !mayRepeat.includes(faultOf[what] as FaultKind))
      .filter(
        ({ index, do: what }) =>
          (!kept || kept.includes(index)) && !without.includes(faultOf[what] as FaultKind),
      ),
  };
}

/** What is done to a connection is a fault, too. */
export const faultOf: Partial<Record<Act['do'], FaultKind>> = {
  drop: 'dropped',
  vanish: 'silentlyLost',
  deafen: 'deaf',
  sicken: 'sick',
  outage: 'outage',
  end: 'connectionEnded',
};

const settingsOf = (random: Random): Partial<ChatSettings> => ({
  ...{ joinBurst: 100, sendBurst: random.chance(0.2) ? 3 : 100, reactBurst: 100 },
  // Sometimes the stream does everything, sometimes a small audience is more than one function serves.
  directAudienceMax: random.chance(0.4) ? 0 : random.chance(0.2) ? 3 : 50,
  chunkConnections: random.chance(0.4) ? 2 : 1_000,
  presenceGraceSeconds: random.integer(0, 3),
  recoverySeconds: random.chance(0.5) ? 4 : 60,
  viewerPaceSeconds: random.chance(0.3) ? 0.4 : 0,
  ...(random.chance(0.3) && { framesPerSecond: random.integer(6, 24) }),
  ...(random.chance(0.3) && { presenceSummaryAbove: 2 }),
  ...(random.chance(0.15) && { tabsPerParticipant: 1 }),
});

const joinOf = (random: Random, mostly: number) => ({
  do: 'join' as const,
  event: random.chance(mostly) ? 0 : 1,
  watches: random.chance(0.2),
  renamed: random.chance(0.2),
});

function actOf(random: Random, people: number): Act {
  const dice = random.next() * 100;
  if (dice < 38) {
    const burst = random.chance(0.3) ? random.integer(2, 4) : 1;
    return { do: 'send', identified: random.chance(0.65), burst, repeated: random.chance(0.15) };
  }
  if (dice < 50) return { do: 'react', emoji: random.pick(EMOJI), count: random.integer(1, 10) };
  if (dice < 62) return joinOf(random, 0.75);
  if (dice < 66) return { do: 'leave' };
  if (dice < 74) return { do: 'drop' };
  if (dice < 78) return { do: 'vanish' };
  if (dice < 79) return { do: 'quit' };
  if (dice < 80.5) return { do: 'deafen' };
  if (dice < 82) return { do: random.pick(['sicken', 'sicken', 'outage']) };
  if (dice < 85) return { do: 'end' };
  if (dice < 87) return { do: 'type' };
  if (dice < 88) return { do: 'list' };
  if (dice < 91) return { do: random.pick(['delete', 'announce', 'delete', 'pause']) };
  const whom = random.integer(1, people - 1);
  return { do: random.pick(['kick', 'ban', 'unban', 'mute', 'mute', 'unmute']), whom };
}
