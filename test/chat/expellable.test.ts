import { beforeEach, expect, test } from 'vitest';
import { ban } from '../../shared/chat/moderation/ban.ts';
import { kick } from '../../shared/chat/moderation/kick.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { mute } from '../../shared/chat/moderation/mute.ts';
import type { Right } from '../../shared/identity.ts';
import { participantIdOfSubject } from '../../shared/ids.ts';
import { putConnection } from '../../shared/store/connections.ts';
import { refusedWith } from '../support/tokens.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

const issuer = 'https://issuer.example';
const idOf = (sub: string) => participantIdOfSubject(issuer, sub);
const host = { name: idOf('hank'), participantId: idOf('hank'), rights: [] };

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
  Object.assign(room.chat.settings, { 'auth.issuer': issuer });
});

/** A tab of somebody with a token. */
async function enter(connectionId: string, sub: string, rights: Right[] = []): Promise<void> {
  const now = Date.now();
  const identity = { participantId: idOf(sub), username: sub, rights, expiresAt: now + 3_600_000 };
  await putConnection(room.table, { connectionId, wire: 'json', connectedAt: now, identity });
  await room.join(connectionId);
}

const acts = { kick, ban };
const muteForAMinute: typeof kick = (chat, eventId, actor, person) =>
  mute(chat, eventId, actor, { ...person, seconds: 60 });
const actsAndMute = { ...acts, mute: muteForAMinute };

test.for(Object.entries(actsAndMute))('nobody can %s themselves', async ([, act]) => {
  await enter('hank', 'hank');
  const moderator = { ...host, rights: ['moderate'] as const };
  for (const actor of [host, moderator]) {
    for (const [path, person] of [
      ['participantId', { participantId: idOf('hank') }],
      ['subject', { subject: 'hank' }],
    ] as const) {
      expect(await refusedWith(act(room.chat, 'e', actor, person))).toMatchObject({
        code: 'BAD_REQUEST',
        issues: [{ path, message: 'must be somebody else' }],
      });
    }
  }
  expect(await room.members()).toEqual(['hank']);
  expect((await listAudit(room.chat, 'e', {})).records).toEqual([]);
});

test.for(
  Object.entries(actsAndMute).flatMap(([name, act]) =>
    (['moderate', 'operate'] as const).map((right) => [name, right, act] as const),
  ),
)('a host cannot %s those who may %s', async ([name, right, act]) => {
  // The second tab has the token with the right.
  await enter('first', 'olga');
  await enter('second', 'olga', [right]);
  const person = { participantId: idOf('olga') };
  expect(await refusedWith(act(room.chat, 'e', host, person))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await room.members()).toHaveLength(2);
  expect((await listAudit(room.chat, 'e', {})).records).toEqual([]);
  await act(room.chat, 'e', { name: idOf('mia'), participantId: idOf('mia'), rights: ['moderate'] }, person);
  // The muted stay.
  expect(await room.members()).toHaveLength(name === 'mute' ? 2 : 0);
});

test.for(Object.entries(acts))('a host can %s everybody else, also who is not there', async ([, act]) => {
  await enter('ana', 'ana');
  await act(room.chat, 'e', host, { subject: 'ana' });
  await act(room.chat, 'e', host, { subject: 'nobody' });
  expect(await room.members()).toEqual([]);
});
