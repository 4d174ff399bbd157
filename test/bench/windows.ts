import { composer } from '../../shared/delivery/content/compose.ts';
import type { LogEvent } from '../../shared/delivery/content/log-events.ts';
import { presenceChanges, tabsAnnounced } from '../../shared/delivery/content/presence-changes.ts';
import { boundedChanges, CHANGES } from '../../shared/delivery/window/record-presence.ts';
import type { Place } from '../../shared/protocol/offset.ts';
import type { Wire } from '../../shared/protocol/wire.ts';
import type { ListedMember } from '../../shared/store/members.ts';
import type { OutboxEntry } from '../../shared/store/presence-outbox.ts';
import type { Part } from './measurement.ts';

/** Rooms in which everybody has taken another name. */
const CROWDS = [1_000, 5_000, 20_000];
/** Members at as many places in a log of long messages. */
const PLACES = 500;
const MESSAGES = 500;
/** 6 KB. */
const LONG = '€'.repeat(2_000);

/** What a window costs before it posts anything, in the worst rooms: it is to grow with the room, and stay within its memory. */
export const windows: Part = async (say) => {
  // Once for the compiler.
  renames(2_000);
  const crowds = CROWDS.map((members) => ({ members, ...measured(() => renames(members)) }));
  for (const { members, cpuMs, mib } of crowds) {
    say(`${members} members who all renamed: ${cpuMs.toFixed(0)} ms, ${mib.toFixed(0)} MiB`);
  }
  const [least, most] = [crowds[0], crowds.at(-1)];
  const each = (crowd: typeof least) => (crowd ? crowd.cpuMs / crowd.members : Number.NaN);
  const behind = measured(places);
  say(
    `${PLACES} places in ${MESSAGES} messages: ${behind.cpuMs.toFixed(0)} ms, ${behind.mib.toFixed(0)} MiB`,
  );
  return [
    { name: 'windows.renamesCpuPerMemberRatio', value: each(most) / each(least), unit: 'ratio' },
    { name: 'windows.renamesMemoryMiB', value: most?.mib ?? Number.NaN, unit: 'MiB' },
    { name: 'windows.placesCpuMs', value: behind.cpuMs, unit: 'ms' },
    { name: 'windows.placesMemoryMiB', value: behind.mib, unit: 'MiB' },
  ];
};

/** What work costs, while all that it makes is kept. */
function measured(work: () => unknown): { cpuMs: number; mib: number } {
  const memory = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const [before, cpu] = [memory(), process.cpuUsage()];
  const made = work();
  const { user, system } = process.cpuUsage(cpu);
  const mib = Math.max(0, memory() - before) / 2 ** 20;
  return { cpuMs: made === undefined ? Number.NaN : (user + system) / 1000, mib };
}

const wireOf = (index: number): Wire => (index % 2 === 0 ? 'json' : 'socketio-batch');

function audience(count: number): ListedMember[] {
  return Array.from({ length: count }, (_, i) => ({
    connectionId: `connection-${i}`,
    wire: wireOf(i),
    participant: { id: `participant-${i}`, username: `viewer ${i}`, joinedAt: '2030-01-01T00:00:00.000Z' },
    ...{ namedAt: 2, heldSince: 0, state: 'live', expiresAt: Number.POSITIVE_INFINITY },
  }));
}

function renames(count: number) {
  const members = audience(count);
  const outbox: OutboxEntry[] = members.map(({ connectionId, participant, namedAt }, i) => ({
    ...{ ulid: `${i}`.padStart(26, '0'), kind: 'renamed', connectionId, participant, namedAt },
    previous: { username: `guest ${i}`, namedAt: 1 },
  }));
  const changes = presenceChanges(outbox.slice(0, CHANGES), tabsAnnounced(outbox.slice(CHANGES), members));
  const { summarize, changes: told } = boundedChanges(changes, { isLarge: true });
  const record = { number: 1, after: 0, upTo: 0, changes: told, summarize, outbox: [] };
  const { versionFor } = composer({
    eventId: 'event',
    ...{ log: [], history: [record], end: { seq: 0, presence: 1 }, delivered: 0, spans: [], viewerCount: 0 },
  });
  return members.map((member) => versionFor(member, { seq: 0, presence: 0 }));
}

function places() {
  const log = Array.from({ length: MESSAGES }, (_, i): LogEvent => {
    const seq = i + 1;
    const participant = { id: 'somebody', username: 'somebody' };
    const message = { id: `${seq}`, eventId: 'event', seq, participant, text: LONG, sentAt: 'now' };
    return { seq, event: 'newMessage', data: message };
  });
  const end: Place = { seq: MESSAGES, presence: 0 };
  const { versionFor } = composer({
    eventId: 'event',
    ...{ log, history: [], end, delivered: MESSAGES, viewerCount: 0 },
    spans: [{ after: 0, upTo: MESSAGES }],
  });
  return audience(PLACES).map((member, i) => versionFor(member, { seq: i % MESSAGES, presence: 0 }));
}
