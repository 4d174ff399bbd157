import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { SimulatedChat } from '../simulation/simulated-chat.ts';
import { unlimited } from '../support/stage.ts';
import { actsOfModeration, moderateTwice, sendAwayTwice } from './moderation.ts';

/** A moderator's Lambda dies after any of its writes; the moderator does it again, and nothing is left undone. */
let chat: SimulatedChat;
beforeAll(async () => {
  chat = await SimulatedChat.start(unlimited);
});
afterEach(() => chat.clear());
afterAll(() => chat.stop());

describe('killed after', () => {
  for (const [name, { marks }] of Object.entries(actsOfModeration))
    test.for(marks)(`%s of ${name}`, (mark) => moderateTwice(chat, name, mark));

  test.for(['kick', 'ban'] as const)('the connection of a %s: the others hear of it', (action) =>
    sendAwayTwice(chat, action),
  );
});
