import { expect, inject, test } from 'vitest';
import { connect, createEvent, enter } from '../support/chat.ts';

const answerTo = async (text: string) => {
  const client = await connect();
  client.sendText(text);
  const error = await client.next('error');
  await client.settle();
  return { error, frame: client.frames[0] ?? '' };
};

test.for([
  'not json',
  '"text"',
  '7',
  'null',
  '[]',
  '{}',
  '{"action":7}',
  '{"action":"ping","id":{}}',
  '{"action":["joinEvent"]}',
])('%s is a BAD_REQUEST and closes nothing', async (text) => {
  const { error } = await answerTo(text);
  expect(error).toEqual({
    code: 'BAD_REQUEST',
    message: expect.any(String),
    issues: [{ path: expect.any(String), message: expect.any(String) }],
  });
});

test.for(['nope', '$connect', '$disconnect', '$default', 'constructor', '__proto__', ''])(
  'the action "%s" is an UNKNOWN_ACTION',
  async (action) => {
    const { error, frame } = await answerTo(JSON.stringify({ action, id: 'mine', data: {} }));
    expect(error).toEqual({ code: 'UNKNOWN_ACTION', message: expect.any(String) });
    expect(JSON.parse(frame).id).toBe('mine');
  },
);

test('a malformed payload carries the id back and names every fault', async () => {
  const { error, frame } = await answerTo(
    '{"action":"joinEvent","id":"x1","data":{"username":"","after":-1}}',
  );
  expect(JSON.parse(frame)).toMatchObject({ event: 'error', id: 'x1' });
  expect(error.issues?.map((issue) => issue.path).sort()).toEqual(['after', 'eventId', 'username']);
});

test.for([
  ['joinEvent', { eventId: 'e', username: 'x'.repeat(33) }, 'username'],
  ['joinEvent', { eventId: 'e', username: '   ' }, 'username'],
  ['joinEvent', { eventId: 'e', username: 'a\u0000b' }, 'username'],
  ['joinEvent', { eventId: 'e', username: '\ud800' }, 'username'],
  ['joinEvent', { eventId: '', username: 'ana' }, 'eventId'],
  ['joinEvent', { eventId: 'e', username: 'ana', participantToken: 'short' }, 'participantToken'],
  ['sendMessage', { text: '' }, 'text'],
  ['sendMessage', { text: ' \n\t' }, 'text'],
  ['sendMessage', { text: 'x'.repeat(2_001) }, 'text'],
  ['sendMessage', { text: 'bell \u0007' }, 'text'],
  ['sendMessage', { text: 5 }, 'text'],
  ['sendMessage', { text: 'x', clientMessageId: '' }, 'clientMessageId'],
  ['sendMessage', { text: 'x', clientMessageId: 'x'.repeat(65) }, 'clientMessageId'],
  ['typing', { isTyping: 'yes' }, 'isTyping'],
  ['typing', undefined, 'isTyping'],
  ['ping', [], ''],
  ['typing', null, 'isTyping'],
  ['getActiveEvents', { limit: 0 }, 'limit'],
  ['getActiveEvents', { cursor: 'bogus' }, 'cursor'],
] as const)('%s %j is a BAD_REQUEST at %s', async ([action, data, path]) => {
  const { error } = await answerTo(JSON.stringify({ action, data }));
  expect(error).toMatchObject({ code: 'BAD_REQUEST', issues: [{ path }] });
});

test('success without an id is silent; with one, exactly one ack carries it back', async () => {
  const ana = await connect();
  ana.emit('ping');
  ana.sendText('{"action":"ping","id":"one"}');
  ana.sendText('{"action":"ping","id":0}');
  await expect
    .poll(() => ana.frames.map((frame) => JSON.parse(frame)).sort((a) => (a.id === 0 ? -1 : 1)))
    .toEqual([
      { event: 'ack', id: 0, data: {} },
      { event: 'ack', id: 'one', data: {} },
    ]);
});

test('null is the same as nothing', async () => {
  const eventId = await createEvent();
  const ana = await connect();
  const nothing = { after: null, participantToken: null };
  expect(await ana.request('joinEvent', { eventId, username: 'ana', ...nothing })).toMatchObject({
    participantToken: expect.any(String),
  });
  const { message } = await ana.request<{ message: object }>('sendMessage', {
    text: 'x',
    clientMessageId: null,
  });
  expect(message).not.toHaveProperty('clientMessageId');
  ana.sendText('{"action":"ping","data":null,"id":null}');
  ana.sendText('{"action":"ping","data":null,"id":"mine"}');
  const answers = () =>
    ana.frames.map((frame) => JSON.parse(frame)).filter(({ id }) => id === 'mine' || id === null);
  await expect.poll(answers).toEqual([{ event: 'ack', id: 'mine', data: {} }]);
});

test('unknown fields are ignored', async () => {
  const eventId = await createEvent();
  const ana = await connect();
  const reply = await ana.request('joinEvent', {
    eventId,
    username: 'ana',
    isAdmin: true,
    __proto__: { x: 1 },
  });
  expect(reply).toMatchObject({ participant: { username: 'ana' } });
});

// With the limits of a deployed stage they would come one by one.
test.skipIf(inject('isDeployed'))('several events at once come as an array, in order', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  await Promise.all(Array.from({ length: 30 }, (_, i) => ana.say(`m${i}`)));
  await ana.until('30 messages', (got) => got.filter((e) => e.event === 'newMessage').length === 30);
  const frames = ana.frames.map((frame) => JSON.parse(frame)).filter(Array.isArray);
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.every((frame) => frame.length > 1)).toBe(true);
});

test.for(['?EIO=3&transport=websocket', '?EIO=4&transport=polling', '?transport=websocket', '?EIO=4'])(
  'a handshake with %s is refused with 400',
  async (query) => {
    await expect(connect(`${inject('chatUrl')}${query}`)).rejects.toThrow('Unexpected server response: 400');
  },
);

test('a message over 32 KB, which API Gateway takes in several frames, is TOO_LARGE and closes nothing', async () => {
  const client = await connect();
  const text = JSON.stringify({ action: 'ping', data: { padding: 'x'.repeat(40_000) } });
  client.socket.send(text.slice(0, 20_000), { fin: false });
  client.socket.send(text.slice(20_000));
  expect(await client.next('error')).toEqual({ code: 'TOO_LARGE', message: expect.any(String) });
  await client.settle();
});
