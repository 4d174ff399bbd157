import { beforeEach, expect, test } from 'vitest';
import { open } from '../../shared/chat/open.ts';
import { removeConnection } from '../../shared/delivery/departures.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});

/** Opens a connection that API Gateway knows from the `known`-th post on; resolves to how often that was asked. */
async function tryToOpen(connectionId: string, known = Number.POSITIVE_INFINITY): Promise<number> {
  let posts = 0;
  const poster = newPoster({
    async post() {
      posts += 1;
      return posts >= known ? 200 : 410;
    },
    get: async () => 410,
    delete: async () => 410,
  });
  await open({ ...room.chat, poster }, connectionId, 'sid');
  return posts;
}

test('the first packet is posted until API Gateway knows the connection', async () => {
  await room.connect('ana', 'socketio');
  expect(await tryToOpen('ana', 5)).toBe(5);
});

test('whoever hung up is given up at once', async () => {
  await room.connect('ana', 'socketio');
  await removeConnection(room.chat, 'ana');
  expect(await tryToOpen('ana')).toBe(3);
});

test('whoever hung up and was not reported to have is given up after a second and a half', async () => {
  await room.connect('ana', 'socketio');
  expect(await tryToOpen('ana')).toBeLessThanOrEqual(6);
});
