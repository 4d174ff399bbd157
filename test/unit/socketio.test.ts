import assert from 'node:assert';
import fc from 'fast-check';
import { Decoder, Encoder, PacketType, type Packet as TheirPacket } from 'socket.io-parser';
import { expect, test } from 'vitest';
import {
  decodePacket,
  encodeAck,
  encodeConnectError,
  encodeConnected,
  encodeDisconnect,
  encodeEvent,
  encodeOpen,
  type Packet,
  PING,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
} from '../../shared/protocol/socketio.ts';
import { chatSettings } from '../../shared/settings.ts';

const slash = { namespace: '/' };

test.each<[text: string, packet: Packet]>([
  ['3', { type: 'pong' }],
  ['bAQID', { type: 'attachment' }],
  ['b', { type: 'attachment' }],
  ['40', { type: 'connect', ...slash, auth: {} }],
  ['40{"token":"ana"}', { type: 'connect', ...slash, auth: { token: 'ana' } }],
  ['40/,{}', { type: 'connect', ...slash, auth: {} }],
  ['40/custom', { type: 'connect', namespace: '/custom', auth: {} }],
  ['40/custom,', { type: 'connect', namespace: '/custom', auth: {} }],
  ['40/custom,{"a":[1]}', { type: 'connect', namespace: '/custom', auth: { a: [1] } }],
  ['40/admin?x=1,{}', { type: 'connect', namespace: '/admin?x=1', auth: {} }],
  ['40/custom{}', { type: 'connect', namespace: '/custom{}', auth: {} }],
  ['41', { type: 'disconnect', ...slash }],
  ['41/custom,', { type: 'disconnect', namespace: '/custom' }],
  ['42["ping"]', { type: 'event', ...slash, name: 'ping', args: [] }],
  ['42["say",{"text":"hi"},2]', { type: 'event', ...slash, name: 'say', args: [{ text: 'hi' }, 2] }],
  ['420["ping",null]', { type: 'event', ...slash, id: 0, name: 'ping', args: [null] }],
  ['42007["ping"]', { type: 'event', ...slash, id: 7, name: 'ping', args: [] }],
  ['42[1,2]', { type: 'event', ...slash, name: 1, args: [2] }],
  ['42/custom,12["ping"]', { type: 'event', namespace: '/custom', id: 12, name: 'ping', args: [] }],
  ['42999999999999999["a"]', { type: 'event', ...slash, id: 999_999_999_999_999, name: 'a', args: [] }],
  ['4312["yes"]', { type: 'ack', ...slash, id: 12, args: ['yes'] }],
  ['43/custom,0[]', { type: 'ack', namespace: '/custom', id: 0, args: [] }],
  ['451-["file",{"_placeholder":true,"num":0}]', { type: 'binary', ...slash }],
  ['4511-/custom,3["file"]', { type: 'binary', namespace: '/custom', id: 3 }],
  ['461-3[{"_placeholder":true,"num":0}]', { type: 'binary', ...slash }],
])('%s', (text, packet) => {
  expect(decodePacket(text)).toEqual(packet);
});

const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

/** Separated by two blanks. */
const violations = `
0{}  1  2  2probe  3probe  30  33  5  6  7  x   40  {"action":"ping"}  []
4  4x  47  48["a"]  4/custom  44  44{"message":"no"}
40[]  40null  40"token"  40{  40{}{}  40{}x  40 {}  40,{}  41{}  41[]  41x
42  421  42/custom,  42{}  42[]  42[null]  42[true]  42[["a"]]  42[{}]  42"a"  42[1,]  42[NaN]  42['a']  42[a]
42abc["a"]  42-1["a"]  421.5["a"]  421e3["a"]  42٣["a"]  42 ["a"]  421 ["a"]  42["a"  42["a"]]  42["a"]1
43  431  43[1]  431{}  431null  43x[1]
45  45["a"]  45-["a"]  450-["a"]  4500-["a"]  45-1-["a"]  451  451["a"]  451.5-["a"]  45x-["a"]  451e1-["a"]
45 1-["a"]  45/custom,1-["a"]  46  460-[]
429007199254740993["a"]  421000000000000000["a"]  4510000000000000000-["a"]`;

test.each([
  '',
  ...violations.split(/\s*\n| {2}/).slice(1),
  ...['42\n["a"]', '42\u00a0["a"]', '42["\0"]'],
  ...reserved.flatMap((name) => [`42["${name}"]`, `42/custom,1["${name}",{}]`]),
])('%j closes the connection', (text) => {
  expect(decodePacket(text)).toBeUndefined();
});

test('keys such as __proto__ stay keys', () => {
  const packet = decodePacket('40{"__proto__":{"admin":true},"constructor":1}');
  expect(packet).toEqual({ type: 'connect', namespace: '/', auth: expect.anything() });
  const { auth } = packet as Packet & { type: 'connect' };
  expect(Object.keys(auth)).toEqual(['__proto__', 'constructor']);
  expect(auth.admin).toBeUndefined();
  expect(decodePacket('42["__proto__"]')).toMatchObject({ name: '__proto__' });
});

const frame = (head: string, unit: string, tail = '') =>
  head + unit.repeat((32_768 - head.length - tail.length) / unit.length) + tail;

test.each([
  ['digits', frame('42', '9'), undefined],
  ['zeros', frame('42', '0', '["a"]'), undefined],
  ['an attachment count', frame('45', '1'), undefined],
  ['zeros and an attachment count', `45${'0'.repeat(16_000)}${'1'.repeat(16_000)}x`, undefined],
  ['slashes', frame('40', '/'), 'connect'],
  ['a namespace', frame('42/', 'a', ',["a"]'), 'event'],
  ['commas', frame('40/', ','), undefined],
  ['open brackets', frame('42', '['), undefined],
  ['open braces', frame('40', '{"a":'), undefined],
  ['nested arrays', `42["a",${'['.repeat(16_000)}${']'.repeat(16_000)}]`, 'event'],
  ['nested objects', `40${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'connect'],
  ['white space', frame('42', ' ', '["a"]'), undefined],
  ['escapes', frame('42["', '\\', '"]'), 'event'],
  ['lone surrogates', frame('42["', '\ud800', '"]'), 'event'],
  ['a namespace of lone surrogates', frame('40/', '\udc00'), 'connect'],
  ['base64', frame('b', 'A'), 'attachment'],
])('32 KB of %s take no time', (_, text, type) => {
  const start = performance.now();
  expect(decodePacket(text)?.type).toBe(type);
  expect(performance.now() - start).toBeLessThan(250);
});

test('our packets', () => {
  expect(PING).toBe('2');
  expect(JSON.parse(encodeOpen('s').replace(/^0/, ''))).toEqual({
    sid: 's',
    upgrades: [],
    pingInterval: 480_000,
    pingTimeout: 120_000,
    maxPayload: 32_768,
  });
  // A dead link is noticed while its session can be recovered, by default.
  expect(PING_INTERVAL_MS + PING_TIMEOUT_MS).toBeLessThanOrEqual(
    1_000 * chatSettings.parse({}).recoverySeconds,
  );
  expect(encodeConnected({ sid: 's', pid: 'p' })).toBe('40{"sid":"s","pid":"p"}');
  expect(encodeConnectError({ message: 'no' })).toBe('44{"message":"no"}');
  expect(encodeConnectError(new Error('no'), '/custom')).toBe('44/custom,{"message":"no"}');
  expect(encodeConnectError({ message: 'no', data: { code: 1 } })).toBe(
    '44{"message":"no","data":{"code":1}}',
  );
  expect(encodeAck(0, { ok: true })).toBe('430[{"ok":true}]');
  expect(encodeEvent('news', { a: 1 }, 'offset')).toBe('42["news",{"a":1},"offset"]');
  expect(encodeEvent('news', '\ud800')).toBe(String.raw`42["news","\ud800"]`);
  expect(encodeDisconnect()).toBe('41');
});

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK } = PacketType;

/** The official parser on one text. It would keep the header of a binary packet to itself; `decodeString` shows it. */
function theirs(message: string): TheirPacket | undefined {
  const decoder = new Decoder({ maxAttachments: Number.POSITIVE_INFINITY });
  const { decodeString } = decoder as unknown as { decodeString(text: string): TheirPacket };
  try {
    return decodeString.call(decoder, message);
  } catch {
    return undefined;
  }
}

/** What our packet should be, given the official one. */
function asOurs({ type, nsp: namespace, id, data }: TheirPacket): Packet | undefined {
  const withId = id === undefined ? {} : { id };
  if (type === CONNECT) return { type: 'connect', namespace, auth: data ?? {} };
  if (type === DISCONNECT) return { type: 'disconnect', namespace };
  const [name, ...args] = data ?? [];
  if (type === EVENT) return { type: 'event', namespace, ...withId, name, args };
  if (type === ACK) return { type: 'ack', namespace, id: Number(id), args: data };
  return type === BINARY_EVENT ? { type: 'binary', namespace, ...withId } : { type: 'binary', namespace };
}

const namespace = String.raw`((?!\/)|\/[^,]*(,|$))`;

/** What the official parser accepts and we do not. These texts lack the leading `4`. */
const refusedByUs: [why: string, differs: RegExp, example: string][] = [
  ['no type counts as 0, a CONNECT', /^$/, ''],
  ['white space as a type counts as 0', /^\s/, '\n'],
  ['white space in an id counts as 0', new RegExp(`^[0-3]${namespace}\\d*\\s`), '2 ["a"]'],
  ['CONNECT_ERROR is for servers to send', /^4/, '4{"message":"no"}'],
  ['their server makes no payload an empty one', new RegExp(`^[23]${namespace}\\d*$`), '2'],
  ['an ack without id answers nothing', new RegExp(`^3${namespace}\\D`), '3["a"]'],
  ['ids may be inexact', new RegExp(`^([0-3]|[56]\\d+-)${namespace}\\d{16}`), '29007199254740993["a"]'],
  ['counts of attachments may be', /^[56]\d{16}/, '50000000000000001-["a"]'],
  ['counts of attachments may have any notation', /^[56](?!\d+-)/, '51e1-["a"]'],
];

/**
 * The other way round: as we answer a binary packet with an error, we look neither at its JSON nor at how many
 * attachments are to come (the official limit is 10).
 */
const binaryHeader = new RegExp(`^[56]\\d+-${namespace}\\d*`);

function expected(message: string): Packet | undefined {
  if (refusedByUs.some(([, differs]) => differs.test(message))) return undefined;
  const packet = theirs(binaryHeader.exec(message)?.[0] ?? message);
  return packet && asOurs(packet);
}

test.each(refusedByUs)('unlike us, the official parser accepts: %s', (_, differs, example) => {
  expect(example).toMatch(differs);
  expect(theirs(example)).toBeDefined();
  expect(decodePacket(`4${example}`)).toBeUndefined();
});

const json = fc.jsonValue({ maxDepth: 3 });
const args = fc.array(json, { maxLength: 3 });
const name = fc.oneof(
  fc.constantFrom(...reserved),
  fc.constantFrom('ping', '__proto__'),
  fc.string(),
  fc.nat(),
);
const nsp = fc.constantFrom('/', '/', '/custom', '/admin?x=1');
const attachments = fc.integer({ min: 1, max: 12 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const packets: fc.Arbitrary<object> = fc.oneof(
  fc.record({ type: fc.constant(CONNECT), nsp, data: maybe(fc.dictionary(fc.string(), json)) }),
  fc.record({ type: fc.constant(DISCONNECT), nsp }),
  fc.record({
    type: fc.constantFrom(EVENT, BINARY_EVENT),
    nsp,
    attachments,
    id: maybe(fc.nat()),
    data: fc.tuple(name, args).map(([first, rest]) => [first, ...rest]),
  }),
  fc.record({ type: fc.constantFrom(ACK, BINARY_ACK), nsp, attachments, id: fc.nat(), data: args }),
);
const valid = packets.map((packet) => String(new Encoder().encode(packet as TheirPacket)[0]));

const pieces = fc.oneof(
  fc.constantFrom(...'0123456789-/,[]{}":\\ \n\t.ex?', '\ud800', '\u00a0', '\ufeff', '٣', '["ping"]', 'null'),
  fc.constantFrom(...reserved, '1234567890123456', '/custom,', '1-', '1e1-', '_placeholder', '__proto__'),
);
/** Most edits near the front, where the header is. */
const edits = fc.array(
  fc.record({
    at: fc.oneof({ weight: 4, arbitrary: fc.nat(6) }, fc.nat(40)),
    drop: fc.nat(2),
    put: fc.option(pieces, { nil: '' }),
  }),
  { maxLength: 3 },
);
const mutated = fc
  .tuple(valid, edits)
  .map(([text, list]) =>
    list.reduce((t, { at, drop, put }) => t.slice(0, at) + put + t.slice(at + drop), text),
  );
const random = fc.array(pieces, { maxLength: 12 }).map((list) => list.join(''));

test('every text decodes as with the official parser, but for the differences above', {
  timeout: 60_000,
}, () => {
  const messages = fc.oneof({ weight: 4, arbitrary: mutated }, random);
  fc.assert(
    fc.property(messages, (message) => {
      assert.deepStrictEqual(decodePacket(`4${message}`), expected(message));
    }),
    { numRuns: 30_000 },
  );
});

test('whatever we encode, the official decoder decodes to the same', () => {
  const decoded = (text: string) => {
    const got: TheirPacket[] = [];
    const decoder = new Decoder();
    decoder.on('decoded', (packet) => got.push(packet));
    decoder.add(text.replace(/^4/, ''));
    return got;
  };
  const text = fc.string({ unit: 'binary' });
  const event = text.filter((name) => !reserved.includes(name));
  // JSON has no -0.
  const data = fc
    .dictionary(text, fc.jsonValue({ stringUnit: 'binary' }))
    .map((object): object => JSON.parse(JSON.stringify(object)));
  fc.assert(
    fc.property(text, event, data, fc.nat(), (message, name, object, id) => {
      const theySee: [string, object][] = [
        [encodeConnected({ sid: message, pid: name }), { type: CONNECT, data: { sid: message, pid: name } }],
        [encodeDisconnect(), { type: DISCONNECT }],
        [encodeEvent(name, object, message), { type: EVENT, data: [name, object, message] }],
        [encodeAck(id, object), { type: ACK, id, data: [object] }],
        [
          encodeConnectError({ message, data: object }),
          { type: CONNECT_ERROR, data: { message, data: object } },
        ],
        [
          encodeConnectError({ message }, '/custom'),
          { type: CONNECT_ERROR, nsp: '/custom', data: { message } },
        ],
      ];
      for (const [ours, packet] of theySee) expect(decoded(ours)).toEqual([{ nsp: '/', ...packet }]);
    }),
    { numRuns: 500 },
  );
});
