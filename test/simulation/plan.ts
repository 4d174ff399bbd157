import type { ChatSettings } from '../../shared/settings.ts';
import type { FaultKind, Rates } from './faults.ts';
import { Random } from './random.ts';

/** How many events a world has; most join the first. */
export const EVENTS = 2;
export const EMOJI = ['👍', '❤️', '😂'] as const;

/** What a client's user or a moderator does, or what happens to a connection. */
export type Act =
  | { do: 'join'; event: number; watches: boolean; renamed: boolean }
  | { do: 'leave' | 'drop' | 'vanish' | 'quit' | 'deafen' | 'sicken' | 'outage' | 'end' | 'type' | 'list' }
  /** Leaves, comes back, and is cut off while the history is on its way. */
  | { do: 'return' }
  | { do: 'send'; identified: boolean; burst: number; repeated: boolean }
  | { do: 'react'; emoji: string; count: number }
  | { do: 'delete' | 'announce' | 'pause' }
  | { do: 'kick' | 'ban' | 'unban' | 'mute' | 'unmute'; whom: number };
export type Operation = Act & {
  /** Its place in the plan: what a smaller plan keeps it by. */
  index: number;
  /** In which of the rounds, after each of which all comes to rest; and when, milliseconds from its beginning. */
  round: number;
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
  /** Functions die at calls that concern this, and at any others; see `subjectsOf`. */
  killedAt: string | undefined;
  /** Writes of this are slow. */
  slowAt: string | undefined;
  settings: Partial<ChatSettings>;
  /** Nothing goes wrong after which anybody may hear something twice. */
  isStrict: boolean;
}

/** What a plan keeps of its seed's: to find what it takes to fail. */
export interface Less {
  operations?: readonly number[];
  without?: readonly FaultKind[];
}

/** What users do, and what happens to connections. */
const OPERATIONS = 38;
export const ROUNDS = 3;
const ROUND_MS = 12_000;

/** How often each happens of all that is done by chance. */
const mild: Rates = {
  conflict: 0.004,
  staleRead: 0.4,
  shortPage: 0.1,
  unprocessed: 0.1,
  slowRequest: 0.004,
  slowWrite: 0.1,
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

/** What the calls that functions make concern: `subjectsOf`. */
const SUBJECTS = ['MSG', 'HEAD', 'CURSOR', 'PRESENCE', 'OUTBOX', 'CONN', 'SENT', 'SIGNAL', 'COUNTS', 'POST'];
/** Not the cursor: whoever holds the lease for too long has lost it. */
const SLOW = ['MSG', 'MSG', ...SUBJECTS.filter((one) => one !== 'CURSOR' && one !== 'POST')];

/** Everything that a seed decides beforehand. */
export function planOf(seed: number, { operations: kept, without = [] }: Less = {}): Plan {
  const random = new Random(seed, 'plan');
  const isStrict = random.chance(0.35);
  const isAimed = random.chance(0.5);
  // Some worlds are deadly.
  const all = isStrict
    ? mild
    : {
        ...rough,
        killed: random.pick(isAimed ? [0.1, 0.3] : [0.02, 0.06, 0.12]),
        slowRequest: random.pick([0.004, 0.02]),
        // Some are rough to those who post.
        ...(random.chance(0.2) && { postFailed: 0.1, postUnanswered: 0.05, noConcurrency: 0.1 }),
      };
  // Each world has some of the kinds: together they hide what one does.
  const rates = Object.fromEntries(
    Object.entries(all).filter(([kind]) => random.chance(0.7) && !without.includes(kind as FaultKind)),
  );
  const killedAt = isAimed ? random.pick(SUBJECTS) : undefined;
  const slowAt = random.chance(0.4) ? random.pick(SLOW) : undefined;
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
  return {
    ...{ seed, people, clients, rates, killedAt, slowAt, settings, isStrict },
    operations: operationsOf(random, { clients, people, isStrict }).filter(
      ({ index, do: what }) =>
        (!kept || kept.includes(index)) && !without.includes(faultOf[what] as FaultKind),
    ),
  };
}

function operationsOf(
  random: Random,
  { clients, people, isStrict }: Pick<Plan, 'clients' | 'people' | 'isStrict'>,
): Operation[] {
  const ways = waysOf(random, isStrict);
  const first = clients.map((_, client) => ({
    ...joinOf(random, ways, 0.9),
    ...{ round: 0, at: random.between(0, 1_500), client, index: client },
  }));
  const later = Array.from({ length: OPERATIONS + random.integer(7, 14) }, (_, index) => {
    const isUsers = index < OPERATIONS;
    const act = isUsers ? users[pickOf(random, ways.users)] : troubles[pickOf(random, ways.troubles)];
    const round = random.integer(0, ROUNDS - 1);
    return {
      ...act(random, ways, people),
      ...{ round, at: (round === 0 ? 1_000 : 0) + ways.when(), index: clients.length + index },
      client: random.integer(0, clients.length - 1),
    };
  });
  const isHosts = /^(delete|announce|pause|kick|ban|unban|mute|unmute)$/;
  return [...first, ...later]
    .map((one) => (isHosts.test(one.do) ? { ...one, client: 0 } : one))
    .sort((a, b) => a.round - b.round || a.at - b.at);
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
  viewerPaceSeconds: random.chance(0.35) ? random.pick([0.4, 2]) : 0,
  ...(random.chance(0.25) && { framesPerSecond: random.integer(6, 24) }),
  ...(random.chance(0.3) && { presenceSummaryAbove: 2 }),
  ...(random.chance(0.1) && { tabsPerParticipant: 1 }),
});

type Weights<Name extends string> = Record<Name, number>;
type ActOf = (random: Random, ways: Ways, people: number) => Act;

const simply =
  (act: Act): ActOf =>
  () =>
    act;
const host =
  (what: 'kick' | 'ban' | 'unban' | 'mute' | 'unmute'): ActOf =>
  (random, _, people) => ({ do: what, whom: random.integer(1, people - 1) });

const users = {
  send(random) {
    const burst = random.chance(0.3) ? random.integer(2, 4) : 1;
    return { do: 'send', identified: random.chance(0.6), burst, repeated: random.chance(0.25) };
  },
  react: (random) => ({ do: 'react', emoji: random.pick(EMOJI), count: random.integer(1, 10) }),
  join: (random, ways) => joinOf(random, ways, 0.75),
  leave: simply({ do: 'leave' }),
  return: simply({ do: 'return' }),
  quit: simply({ do: 'quit' }),
  type: simply({ do: 'type' }),
  list: simply({ do: 'list' }),
  delete: simply({ do: 'delete' }),
  announce: simply({ do: 'announce' }),
  pause: simply({ do: 'pause' }),
  kick: host('kick'),
  ban: host('ban'),
  unban: host('unban'),
  mute: host('mute'),
  unmute: host('unmute'),
} satisfies Record<string, ActOf>;

const troubles = {
  drop: simply({ do: 'drop' }),
  vanish: simply({ do: 'vanish' }),
  end: simply({ do: 'end' }),
  deafen: simply({ do: 'deafen' }),
  sicken: simply({ do: 'sicken' }),
  outage: simply({ do: 'outage' }),
} satisfies Record<string, ActOf>;

const usual = {
  users: {
    ...{ send: 44, react: 12, join: 14, leave: 5, return: 3, quit: 1, type: 2, list: 1 },
    ...{ delete: 4, announce: 2, pause: 1, kick: 1.5, ban: 2.5, unban: 1, mute: 3, unmute: 1.5 },
  } satisfies Weights<keyof typeof users>,
  troubles: {
    ...{ drop: 8, vanish: 4, end: 3, deafen: 1.5, sicken: 2, outage: 0.5 },
  } satisfies Weights<keyof typeof troubles>,
};

interface Ways {
  users: Weights<keyof typeof users>;
  troubles: Weights<keyof typeof troubles>;
  watching: number;
  /** Milliseconds from the beginning of a round. */
  when: () => number;
}

/** Each world does much of some things, and others hardly or not: what needs several of one kind is seldom among all kinds. */
function waysOf(random: Random, isStrict: boolean): Ways {
  const swarm = <Name extends string>(weights: Weights<Name>) =>
    Object.fromEntries(
      Object.entries<number>(weights).map(([name, weight]) => [
        name,
        weight * (name === 'send' ? 1 : random.pick([0, 0.5, 1, 1, 4])),
      ]),
    ) as Weights<Name>;
  const lost = swarm(usual.troubles);
  // What is strict has nothing that may make somebody hear something twice.
  if (isStrict) Object.assign(lost, { sicken: 0, outage: 0 });
  // In bursts, half of the time: much at once, and then nothing.
  const moments = Array.from({ length: 3 }, () => random.between(0, ROUND_MS - 2_000));
  const spread = random.pick([50, 400, 1_500]);
  const isBursty = random.chance(0.5);
  return {
    users: swarm(usual.users),
    troubles: { ...lost, drop: Math.max(1, lost.drop) },
    watching: random.pick([0.1, 0.2, 0.5]),
    when: () => (isBursty ? random.pick(moments) + random.between(0, spread) : random.between(0, ROUND_MS)),
  };
}

function pickOf<Name extends string>(random: Random, weights: Weights<Name>): Name {
  const all = Object.entries<number>(weights) as [Name, number][];
  let dice = random.next() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of all) {
    dice -= weight;
    if (dice < 0) return name;
  }
  return all[0]?.[0] as Name;
}

const joinOf = (random: Random, { watching }: Ways, mostly: number) => ({
  do: 'join' as const,
  event: random.chance(mostly) ? 0 : 1,
  watches: random.chance(watching),
  renamed: random.chance(0.2),
});
