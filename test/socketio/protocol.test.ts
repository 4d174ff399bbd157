import { describe, expect, test } from 'vitest';
import { connectPackets, type PacketClient } from '../support/packet-client.ts';

/**
 * What the specifications ask of a server that has WebSocket only, by packets instead of a client library:
 * https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/
 */

async function opened(): Promise<PacketClient> {
  const client = await connectPackets();
  expect(await client.next()).toMatch(/^0\{/);
  return client;
}

async function connected(): Promise<PacketClient> {
  const client = await opened();
  expect(await client.ask('40')).toMatch(/^40\{/);
  return client;
}

/** The payload of a packet that starts with `header`. */
function payload(packet: string, header: string) {
  expect(packet.slice(0, header.length)).toBe(header);
  return JSON.parse(packet.slice(header.length));
}

/** A server that closes says so; 1006 would be a lost connection. */
async function expectClosedBy(text: string, client: PacketClient): Promise<void> {
  client.send(text);
  expect(await client.closed()).not.toBe(1006);
}

const expectUsable = async (client: PacketClient) =>
  expect(await client.ask('4299["ping",{}]')).toBe('4399[{"ok":true}]');

const token = expect.stringMatching(/^[\w-]{8,}$/);
const failure = (code: string) => ({ code, message: expect.any(String) });

describe('Engine.IO', () => {
  test('a WebSocket is greeted with the terms of the connection', async () => {
    const client = await connectPackets();
    expect(payload(await client.next(), '0')).toEqual({
      sid: token,
      upgrades: [],
      pingInterval: 480_000,
      pingTimeout: 120_000,
      maxPayload: 32_768,
    });
  });

  test.each([
    ['no protocol version', 'transport=websocket'],
    ['version 3', 'EIO=3&transport=websocket'],
    ['an unknown version', 'EIO=abc&transport=websocket'],
    ['no transport', 'EIO=4'],
    ['polling', 'EIO=4&transport=polling'],
    ['an unknown transport', 'EIO=4&transport=abc'],
    ['the upgrade of a session', 'EIO=4&transport=websocket&sid=abc'],
  ])('%s is refused', async (_, query) => {
    await expect(connectPackets(query)).rejects.toThrow('400');
  });

  test('other fields of the query do not matter', async () => {
    const client = await connectPackets('EIO=4&transport=websocket&b64=1&t=abc&_=');
    expect(await client.next()).toMatch(/^0\{/);
  });

  test('a pong is taken, asked for or not', async () => {
    const client = await connected();
    client.send('3');
    await expectUsable(client);
  });

  test.each(['', '0{}', '1', '2', '2probe', '5', '6', '7', 'abc', '[]', '{}', '{"action":"ping"}'])(
    '"%s" closes',
    async (text) => {
      await expectClosedBy(text, await connected());
    },
  );

  test('the action of another wire closes, and does nothing', async () => {
    const client = await connected();
    client.send('{"action":"getActiveEvents","id":1,"data":{}}');
    expect(await client.nextOrClose()).toBeUndefined();
  });

  test('a client may go at any time', async () => {
    expect(await (await connectPackets()).close()).not.toBe(1006);
    expect(await (await opened()).close()).not.toBe(1006);
    expect(await (await connected()).close()).not.toBe(1006);
    await expectUsable(await connected());
  });
});

describe('CONNECT', () => {
  test.each([
    '40',
    '40{}',
    '40/,',
    '40{"anything":[1,{"a":null}]}',
    '40{"pid":"unknown","offset":"unknown"}',
    '40{"pid":7,"offset":{}}',
    '40{"pid":null,"offset":null,"token":null,"participantToken":null}',
    '40{"__proto__":{"pid":"x"}}',
  ])('%s is answered with a session', async (text) => {
    const client = await opened();
    expect(payload(await client.ask(text), '40')).toEqual({ sid: token, pid: token });
    await expectUsable(client);
  });

  test('sessions have ids of their own', async () => {
    const first = payload(await (await opened()).ask('40'), '40');
    const second = payload(await (await opened()).ask('40'), '40');
    expect(new Set([first.sid, first.pid, second.sid, second.pid]).size).toBe(4);
  });

  test.each(['/custom', '/admin', '/admin?token=1'])(
    'namespace %s is refused, `/` still works',
    async (name) => {
      const refusal = `44${name},{"message":"Invalid namespace"}`;
      const client = await opened();
      expect(await client.ask(`40${name},`)).toBe(refusal);
      expect(await client.ask('40')).toMatch(/^40\{/);
      expect(await client.ask(`40${name},{"token":"x"}`)).toBe(refusal);
      await expectUsable(client);
    },
  );

  test.each(['40[]', '40"token"', '40null', '40{', '40{}{}', '40x'])('%s closes', async (text) => {
    await expectClosedBy(text, await opened());
  });

  test.each(['42["ping",{}]', '420["ping",{}]', '430[1]', '42/custom,["ping"]', '44{"message":"x"}'])(
    '%s too early closes',
    async (text) => {
      const client = await opened();
      client.send(text);
      expect(await client.nextOrClose()).toBeUndefined();
    },
  );

  test('a second one closes', async () => {
    await expectClosedBy('40', await connected());
  });
});

describe('DISCONNECT', () => {
  test('ends the session: later events close', async () => {
    const client = await connected();
    client.send('41');
    // Packets of one connection may overtake one another.
    for (let text: string | undefined = ''; text !== undefined; text = await client.nextOrClose()) {
      client.send('421["ping",{}]');
    }
  });

  test.each(['41{}', '41[]', '41x'])('%s closes', async (text) => {
    await expectClosedBy(text, await connected());
  });
});

describe('EVENT', () => {
  test('with an id it is acknowledged', async () => {
    const client = await connected();
    expect(payload(await client.ask('420["getActiveEvents",{}]'), '430')).toEqual([
      expect.objectContaining({ ok: true, events: expect.any(Array) }),
    ]);
    expect(await client.ask('421["ping",{}]')).toBe('431[{"ok":true}]');
    expect(await client.ask('42999999999999999["ping",{}]')).toBe('43999999999999999[{"ok":true}]');
  });

  test('without data, or with more arguments, it is the same event', async () => {
    const client = await connected();
    expect(await client.ask('422["ping"]')).toBe('432[{"ok":true}]');
    expect(await client.ask('423["ping",{},1,"more"]')).toBe('433[{"ok":true}]');
  });

  test('without an id, it is not acknowledged', async () => {
    const client = await connected();
    client.send('42["ping",{}]');
    await expectUsable(client);
    const [name, data, ...more] = payload(await client.ask('42["getActiveEvents",{}]'), '42');
    expect([name, data, more]).toEqual(['activeEvents', { ...data, events: expect.any(Array) }, []]);
  });

  test('many at once are each acknowledged once', async () => {
    const client = await connected();
    const ids = Array.from({ length: 20 }, (_, id) => id);
    for (const id of ids) client.send(`42${id}["ping",{}]`);
    const acks = new Set<string>();
    for (const _ of ids) acks.add(await client.next());
    expect(acks).toEqual(new Set(ids.map((id) => `43${id}[{"ok":true}]`)));
    await expectUsable(client);
  });

  test.each(['"nope"', '"__proto__"', '"constructor"', '"$connect"', '""', '7'])(
    'the unknown name %s is an error, and closes nothing',
    async (name) => {
      const client = await connected();
      expect(payload(await client.ask(`425[${name},{}]`), '435')).toEqual([
        { ok: false, error: failure('UNKNOWN_ACTION') },
      ]);
      expect(payload(await client.ask(`42[${name},{}]`), '42')).toEqual(['error', failure('UNKNOWN_ACTION')]);
      await expectUsable(client);
    },
  );

  test.each(['null', '[]', '"text"', '7', '{"eventId":5}', '{"__proto__":{"eventId":"e"}}'])(
    'the data %s is an error, and closes nothing',
    async (data) => {
      const client = await connected();
      const error = { ...failure('BAD_REQUEST'), issues: expect.any(Array) };
      expect(payload(await client.ask(`426["joinEvent",${data}]`), '436')).toEqual([{ ok: false, error }]);
      expect(payload(await client.ask(`42["joinEvent",${data}]`), '42')).toEqual(['error', error]);
      await expectUsable(client);
    },
  );

  test.each([
    ...['4', '4abc', '47', '44{"message":"x"}', '43', '430{}', '43x[1]'],
    ...['42', '421', '42{}', '42[]', '42[null]', '42[{}]', '42"ping"'],
    ...['42abc["ping",{}]', '42-1["ping",{}]', '42["ping"', '42["ping"]x', '42[ping]'],
    ...['429007199254740993["ping",{}]', '42/custom,1["ping",{}]'],
    ...['42["connect"]', '42["connect_error"]', '42["disconnect"]', '42["disconnecting"]'],
    ...['42["newListener"]', '42["removeListener"]', '45["file"]', '45x-["file"]', '450-["file"]'],
  ])('%s closes', async (text) => {
    await expectClosedBy(text, await connected());
  });
});

test('an ACK that nobody waits for is ignored', async () => {
  const client = await connected();
  client.send('437["answer"]');
  await expectUsable(client);
});

describe('binary', () => {
  test('with an id, the refusal is the acknowledgement', async () => {
    const client = await connected();
    const answer = await client.ask('451-7["ping",{"_placeholder":true,"num":0}]');
    expect(payload(answer, '437')).toEqual([{ ok: false, error: failure('BINARY_NOT_SUPPORTED') }]);
    client.send('bAQID');
    await expectUsable(client);
  });

  test('without an id it is an error', async () => {
    const client = await connected();
    const answer = await client.ask(
      '452-["ping",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    );
    expect(payload(answer, '42')).toEqual(['error', failure('BINARY_NOT_SUPPORTED')]);
    client.send('bAQID');
    client.send('bBAUG');
    await expectUsable(client);
  });

  test('a binary frame closes', async () => {
    const client = await connected();
    client.send(new Uint8Array([1, 2, 3]));
    expect(await client.closed()).toBe(1003);
  });
});

const KB = 1_024;

describe('hostile', () => {
  test.each<[what: string, text: string]>([
    ['nested arrays', `421["ping",${'['.repeat(12 * KB)}${']'.repeat(12 * KB)}]`],
    ['nested objects', `421["ping",${'{"a":'.repeat(4 * KB)}1${'}'.repeat(4 * KB)}]`],
    ['nested arrays for a name', `421["joinEvent",{"username":${'['.repeat(8 * KB)}${']'.repeat(8 * KB)}}]`],
    ['nested auth', `40/custom,{"token":${'['.repeat(8 * KB)}${']'.repeat(8 * KB)}}`],
    ['open brackets', `42${'['.repeat(30 * KB)}`],
    ['digits', `42${'9'.repeat(30 * KB)}`],
    ['attachments', `45${'9'.repeat(30 * KB)}-["a"]`],
    ['a long name', `421["${'a'.repeat(30 * KB)}"]`],
    ['a long namespace', `40/${'a'.repeat(30 * KB)}`],
    ['a namespace with line ends', '40/\r\n\0,{}'],
    ['a thousand arguments', `421["ping"${',{}'.repeat(KB)}]`],
    ['a lone surrogate', String.raw`421["\ud800",{"\udc00":1}]`],
    ['a lone surrogate to store', String.raw`421["joinEvent",{"eventId":"\ud800","username":"\udc00"}]`],
    ['control characters', String.raw`421["sendMessage",{"text":"\u0000\u001b[2J"}]`],
    ['a prototype', '421["getHistory",{"__proto__":{"limit":1},"constructor":{"prototype":1}}]'],
    ['operators', '421["joinEvent",{"eventId":{"$ne":1},"username":{"S":"x"}}]'],
    ['numbers', '421["getHistory",{"limit":1e999,"before":-0,"after":1e-999}]'],
    ['a cursor', `421["getActiveEvents",{"cursor":"${'A'.repeat(8 * KB)}"}]`],
    ['the ack of something binary', '461-1[{"_placeholder":true,"num":0}]'],
    ['a placeholder alone', '421["ping",{"_placeholder":true,"num":99}]'],
    ['HTML', '421["<script>","</script>"]'],
  ])('%s harm nobody', async (_, text) => {
    const client = await connected();
    client.send(text);
    const answer = (await client.nextOrClose()) ?? 'closed';
    expect(answer).toMatch(/^(closed$|431|44\/|42\["error")/);
    expect(answer).not.toContain('INTERNAL');
    await expectUsable(await connected());
  });

  test.each<[what: string, auth: string]>([
    ['nested', `{"token":${'['.repeat(8 * KB)}${']'.repeat(8 * KB)}}`],
    ['long', `{"pid":"${'a'.repeat(15 * KB)}","offset":"${'9'.repeat(15 * KB)}"}`],
    ['a path', '{"pid":"../../x","offset":"1.1.../x"}'],
  ])('%s auth harms nobody', async (_, auth) => {
    const answer = await (await opened()).ask(`40${auth}`);
    expect(answer).toMatch(/^4[04]\{/);
    expect(answer).not.toContain('INTERNAL');
    await expectUsable(await connected());
  });

  test('what is longer than a frame may be closes', async () => {
    const client = await connected();
    client.send(`421["ping","${'a'.repeat(32 * KB)}"]`);
    expect(await client.closed()).toBe(1009);
  });
});
