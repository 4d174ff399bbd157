import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { Chat } from '../../shared/chat/chat.ts';
import { chatSettings } from '../../shared/settings.ts';
import type { Connection } from '../../shared/store/connections.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTable } from '../support/database.ts';
import * as today from './operations.ts';

/**
 * Two versions serve one event, as during a deployment: what one writes the other reads, whichever runs the next window.
 * `WRITE_FIXTURE=1 npx vitest run --project database test/store/releases.test.ts` adds what this version does, as
 * fixtures/{version}.mjs: test/store/operations.ts, bundled without libraries. That is done at each release.
 */

const folder = new URL('fixtures/', import.meta.url);
const releases = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
const numRuns = Number(process.env.RUNS ?? 5);

test.runIf(process.env.WRITE_FIXTURE)('keeps what this version does', () => {
  buildSync({
    ...{ bundle: true, minify: true, packages: 'external', charset: 'utf8', legalComments: 'none' },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
    entryPoints: [fileURLToPath(new URL('operations.ts', import.meta.url))],
    outfile: fileURLToPath(new URL(`${packageJson.version}.mjs`, folder)),
  });
});

test('there is something of this version', () => {
  expect(existsSync(new URL(`${packageJson.version}.mjs`, folder))).toBe(true);
});

type Version = typeof today;
type Heard = { event: string; data: { seq?: number; messages?: { seq: number }[] } };
const operator = { name: 'olga', rights: ['operate' as const] };
const soon = () => Date.now() + 20_000;

/** The event `e` on a table, with connections that remember what they hear, and whoever serves it. */
async function scene(versions: readonly Version[]) {
  const table: Table = await newTable();
  const heard = new Map<string, Heard[]>();
  const hear = (connectionId: string, events: Heard[]) =>
    heard.set(connectionId, [...(heard.get(connectionId) ?? []), ...events]);
  const take = (connectionId: string, frames: readonly string[]) =>
    hear(
      connectionId,
      frames.flatMap((frame) => [JSON.parse(frame)].flat()),
    );
  const newChat = (): Chat => ({
    table,
    // Windows run when the test says so, by whom it says.
    settings: chatSettings.parse({ directAudienceMax: 0, sendsPerSecond: 1_000, sendBurst: 1_000 }),
    poster: {
      async post(connectionId, frames) {
        take(connectionId, frames);
        return 'delivered';
      },
      async postAll(batches) {
        for (const { frames, connectionIds } of batches) for (const id of connectionIds) take(id, frames);
        const connections = batches.reduce((sum, batch) => sum + batch.connectionIds.length, 0);
        return { connections, frames: connections, gone: [], lagging: [], failed: [], throttled: [] };
      },
      close: async () => true,
    },
    async send({ connectionId }, ...events) {
      hear(connectionId, events as Heard[]);
      return 'delivered';
    },
    log: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (_, { error }) => expect(error).toBeUndefined(),
    },
    metrics: { count: () => {} },
  });
  const served = versions.map((version) => ({ version, chat: newChat() }));
  await versions[0]?.createEvent(table, 'e', { name: 'E' }, Date.now());
  const find = async (name: string): Promise<Connection> => {
    const connection = await today.getConnection(table, name);
    if (!connection) throw new Error(`There is no ${name}`);
    return connection;
  };
  return { table, heard, served, find };
}

type Scene = Awaited<ReturnType<typeof scene>>;
type Served = Scene['served'][number];

/** What somebody does, by one of the versions; resolves to the number of what they said. */
type Step = (scene: Scene, served: Served, name: string) => Promise<number | undefined>;

const steps = {
  join: async ({ table, find }, { version, chat }, name) => {
    if (!(await version.getConnection(table, name)))
      await version.putConnection(table, { connectionId: name, wire: 'json', connectedAt: Date.now() });
    if ((await find(name)).membership) return undefined;
    const { afterwards } = await version.joinEvent(chat, await find(name), { eventId: 'e', username: name });
    await afterwards?.();
    return undefined;
  },
  say: async ({ find, table }, { version, chat }, name) => {
    const connection = await version.getConnection(table, name);
    if (!connection?.membership) return undefined;
    const { data, afterwards } = await version.sendMessage(chat, await find(name), {
      text: `by ${name}`,
      clientMessageId: String(Math.random()),
    });
    await afterwards?.();
    return data.message.seq;
  },
  leave: async ({ table }, { version, chat }, name) => {
    const connection = await version.getConnection(table, name);
    if (connection?.membership) await version.leaveEvent(chat, connection);
    return undefined;
  },
  react: async ({ table }, { version, chat }, name) => {
    const connection = await version.getConnection(table, name);
    if (connection?.membership)
      await (await version.react(chat, connection, { reaction: '👏' })).afterwards?.();
    return undefined;
  },
  rename: async (_, { version, chat }, name) => {
    await version.updateEvent(chat, 'e', operator, { name: `E of ${name}` });
    return undefined;
  },
  deliver: async (_, { version, chat }) => {
    await version.catchUp(chat, 'e', soon());
    return undefined;
  },
  sweep: async (_, { version, chat }) => {
    await version.sweep(chat, soon());
    return undefined;
  },
} satisfies Record<string, Step>;

const names = ['ana', 'ben', 'cat'] as const;
const kinds = [
  'join',
  'say',
  'say',
  'say',
  'leave',
  'react',
  'rename',
  'deliver',
  'deliver',
  'sweep',
] as const;
const evening = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom(...names),
    who: fc.integer({ min: 0, max: 1 }),
  }),
  { minLength: 20, maxLength: 40 },
);

test.for(releases)('%s and this version serve one event', { timeout: 300_000 }, async (release) => {
  const older: Version = await import(new URL(release, folder).href);
  await fc.assert(
    fc.asyncProperty(evening, async (acts) => {
      const room = await scene([older, today]);
      const [first, second] = room.served as [Served, Served];
      /** Of whom is in the event: from which message on they are to hear all. */
      const since = new Map<string, number>();
      const said: number[] = [];
      for (const { kind, name, who } of acts) {
        const seq = await steps[kind](room, who === 0 ? first : second, name);
        if (seq !== undefined) said.push(seq);
        if (kind === 'join' && !since.has(name)) since.set(name, said.length);
        if (kind === 'leave') since.delete(name);
      }
      // Both at once: one of them gets the lease.
      await Promise.all(room.served.map((served) => steps.deliver(room, served)));
      await steps.deliver(room, first);

      expect(said).toEqual([...said].sort((a, b) => a - b));
      for (const [name, from] of since) {
        const all = room.heard.get(name) ?? [];
        // What came before the last join was for another stay.
        const joined = all.findLastIndex(({ event }) => event === 'eventHistory');
        const live = all
          .slice(joined)
          .flatMap(({ event, data }) => (event === 'newMessage' ? (data.seq ?? 0) : []));
        const history = (all[joined]?.data.messages ?? []).map(({ seq }) => seq);
        expect(live).toEqual([...new Set(live)].sort((a, b) => a - b));
        expect(new Set([...history, ...live])).toEqual(new Set([...history, ...said.slice(from)]));
      }
      const members = [...since.keys()];
      for (const { version, chat } of room.served) {
        expect(await version.getEvent(room.table, 'e')).toMatchObject({ participantCount: members.length });
        if (members[0] === undefined) continue;
        const page = await version.getHistory(chat, await room.find(members[0]), { limit: 100 }, 0);
        expect(page.data.messages.map(({ seq }) => seq)).toEqual(said);
      }
    }),
    { numRuns },
  );
});

test.for(releases)(
  'what %s has ended, deleted, pinned and banned is so for this version, and the other way round',
  async (release) => {
    const older: Version = await import(new URL(release, folder).href);
    for (const [one, other] of [
      [older, today],
      [today, older],
    ] as const) {
      const room = await scene([one, other]);
      const [by, then] = room.served as [Served, Served];
      for (const name of names) await steps.join(room, by, name);
      const [first, second] = [await steps.say(room, by, 'ana'), await steps.say(room, then, 'ben')];
      await one.deleteMessage(by.chat, 'e', operator, { seq: first ?? 0 });
      await one.pin(by.chat, 'e', operator, { seq: second ?? 0 });
      const { membership, participantToken } = await room.find('cat');
      const cat = membership?.participant.id ?? '';
      await one.ban(by.chat, 'e', operator, { participantId: cat, reason: 'enough' });
      await other.catchUp(then.chat, 'e', soon());
      expect(await other.getEvent(room.table, 'e')).toMatchObject({
        pinned: { seq: second },
        participantCount: 2,
      });
      const page = await other.getHistory(then.chat, await room.find('ana'), {}, 0);
      expect(page.data.messages.map(({ seq }) => seq)).toEqual([second]);
      await other.putConnection(room.table, {
        connectionId: 'cat again',
        wire: 'json',
        connectedAt: Date.now(),
      });
      const again = other.joinEvent(then.chat, await room.find('cat again'), {
        ...{ eventId: 'e', username: 'cat' },
        ...(participantToken !== undefined && { participantToken }),
      });
      await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await one.updateEvent(by.chat, 'e', operator, { status: 'ended' });
      await expect(
        other.sendMessage(then.chat, await room.find('ana'), { text: 'late' }),
      ).rejects.toMatchObject({
        code: 'EVENT_ENDED',
      });
      await other.catchUp(then.chat, 'e', soon());
      expect(room.heard.get('ben')?.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['messageDeleted', 'eventUpdated', 'eventEnded']),
      );
    }
  },
);
