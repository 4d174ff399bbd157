import fc from 'fast-check';
import { type Action, clientToServer } from '../../shared/protocol/client-to-server.ts';
import { limits } from '../../shared/protocol/limits.ts';

/**
 * What strangers send. All JSON is text here, as no value says `1e400`, a key twice, or brackets without an end; lone
 * surrogates are escapes, as UTF-8 has none.
 */

/** How many times each property is tried. */
const numRuns = Number(process.env.RUNS ?? 10);

/** Shrinking ends in time for a report of what failed. Milliseconds. */
const interruptAfterTimeLimit = 45_000 + numRuns * 1_000;
export const tries = { numRuns, interruptAfterTimeLimit, markInterruptAsFailure: true };
export const patience = { timeout: interruptAfterTimeLimit + 15_000 };

/** Stands for the id of the event, which is as long, until `at` puts that in its place. */
const anEvent = '<event goes in!>';
export const at = (eventId: string, text: string): string => text.replaceAll(anEvent, eventId);

/** Bytes that one value may have and leave room in a frame for others. */
const VALUE_BYTES = limits.frameBytes - 512;

const sized = (bytes: number) => (text: string) => Buffer.byteLength(text) <= bytes;
const list = (text: string): string[] => text.trim().split(/\s+/);
const textOf = (value: unknown): string => JSON.stringify(value);
const objectOf = (pairs: readonly (readonly [key: string, value: string])[]): string =>
  `{${pairs.map(([key, value]) => `${textOf(key)}:${value}`).join(',')}}`;

/** Names that every JavaScript object knows, or that something calls when it finds them. */
const inherited = list('__proto__ constructor prototype toString valueOf hasOwnProperty toJSON then');

const oddValues = list(String.raw`
  null true 0 -0 -1 0.1 1e400 -1e400 1e-400 1e2 9007199254740993 [] {} [[]] [null]
  {"$ne":1} {"S":"x"} {"length":1e9} {"a":1,"a":[]} "" "1" "\u0020" "\u0000" "\ud800" "\udc00x" "a\u202eb"
`);

/** How many of `bytes` each: few, just too many, or as many as there is room for. */
const many = (bytes: number) =>
  fc
    .constantFrom(1, 2, 33, 65, 101, 201, 1_001, 2_001, VALUE_BYTES)
    .map((count) => Math.min(count, Math.floor((VALUE_BYTES - 2) / bytes)));

const long = fc
  .constantFrom(...list(String.raw`x 9 é 👍 \u0000 \u0020 \ud800 \u202e \u0301`))
  .chain((unit) => many(Buffer.byteLength(unit)).map((count) => `"${unit.repeat(count)}"`));

const nested = fc.constantFrom('[ ]', '{"a": }', '[{"__proto__": }]', '[', '{"a":').chain((brackets) => {
  const [open = '', close = ''] = brackets.split(' ');
  return many(open.length + close.length).map((depth) => `${open.repeat(depth)}1${close.repeat(depth)}`);
});

const json = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddValues) },
  fc
    .constantFrom(...inherited)
    .chain((key) => fc.constantFrom(`"${key}"`, `{"${key}":{}}`, `{"${key}":null}`)),
  long,
  nested,
  fc.json({ maxDepth: 3, stringUnit: 'binary' }),
);

const rightData: Record<Action, Record<string, string>> = {
  joinEvent: { eventId: textOf(anEvent), username: '"mallory"', after: '0', metadata: '{"a":"b"}' },
  sendMessage: { text: '"hello"', clientMessageId: '"m1"', replyTo: '1', metadata: '{"a":"b"}' },
  watchEvent: { eventId: textOf(anEvent), after: '0' },
  typing: { isTyping: 'true' },
  react: { reaction: '"👍"', count: '2' },
  leaveEvent: {},
  getActiveEvents: { limit: '1', cursor: '"MDAx"' },
  getHistory: { at: '"2030-01-01T00:00:00Z"', limit: '2' },
  ping: {},
  deleteMessage: { seq: '1' },
  announce: { text: '"hear"', pin: 'true', clientMessageId: '"a1"' },
  pin: { seq: '1' },
  unpin: {},
  kick: { participantId: '"nobody"', reason: '"spam"' },
  ban: { participantId: '"nobody"', seconds: '60' },
  unban: { participantId: '"nobody"' },
  mute: { participantId: '"nobody"', seconds: '60', reason: '"spam"' },
  unmute: { participantId: '"nobody"' },
  updateEvent: { paused: 'true', slowModeSeconds: '9', reactions: '["👍","❤️"]' },
};

/** With one field that is something else, is missing, or should not be there. */
const almost = (fields: Record<string, string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('action', ...Object.keys(fields)) },
        fc.constantFrom(...inherited),
      ),
      fc.option(json),
    )
    .map(([key, value]) => {
      const others = Object.entries(fields).filter(([name]) => name !== key);
      return objectOf(value === null ? others : [...others, [key, value]]);
    });

const oddAction = fc.oneof(
  fc.constantFrom('$connect', '$disconnect', '$default', '', 'JOINEVENT', ...inherited).map(textOf),
  json,
);

/** Those with more fields come more often. */
const actions = Object.entries(rightData).flatMap((entry) => [
  entry,
  ...Object.keys(entry[1]).map(() => entry),
]);

const requests = fc.constantFrom(...actions).chain(([action, fields]) =>
  fc.record({
    action: fc.oneof({ weight: 6, arbitrary: fc.constant(textOf(action)) }, oddAction),
    data: fc.oneof(
      { weight: 6, arbitrary: almost(fields) },
      { weight: 2, arbitrary: fc.constant(objectOf(Object.entries(fields))) },
      json,
    ),
  }),
);

const junk = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\0', '\ufeff{}', ...list(`{"action":"ping" {'action':'ping'} ping { [ " NaN`)),
  json,
);

const wholeFrame = fc
  .record({
    request: requests,
    id: fc.oneof({ weight: 4, arbitrary: fc.nat().map(textOf) }, json),
    extra: json,
  })
  .chain(({ request: { action, data }, id, extra }) => {
    const right: [string, string][] = [
      ['action', action],
      ['data', data],
      ['id', id],
    ];
    const more = inherited
      .slice(0, 2)
      .concat('action', 'id')
      .map((key): [string, string] => [key, extra]);
    return fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, fc.shuffledSubarray([...right, ...more]));
  })
  .map(objectOf);

/** Frames of the JSON wire that have an answer: without an `id`, they must be wrong. */
export const frames = fc
  .oneof(
    { weight: 5, arbitrary: wholeFrame },
    fc.array(wholeFrame, { maxLength: 3 }).map((batch) => `[${batch.join(',')}]`),
    junk,
  )
  .filter(sized(limits.frameBytes))
  .filter((text) => !isSilent(text));

function isSilent(text: string): boolean {
  try {
    const { action, data, id } = JSON.parse(text);
    return (id ?? undefined) === undefined && isRight(action, data ?? {});
  } catch {
    return false;
  }
}

/** A request that can only be refused for what it asks, not for how. */
export const isRight = (action: string, data: unknown): boolean =>
  Object.hasOwn(clientToServer, action) && clientToServer[action as Action].safeParse(data).success;

/** What is behind the number of a Socket.IO event. */
export const payloads = fc
  .record({ request: requests, more: fc.array(json, { maxLength: 2 }), isAlone: fc.boolean() })
  .map(
    ({ request: { action, data }, more, isAlone }) =>
      `[${(isAlone ? [action] : [action, data, ...more]).join(',')}]`,
  )
  .filter(sized(VALUE_BYTES));

const either = (text: string) => fc.constantFrom('', ...list(text));

/** Packets of Socket.IO, right and wrong. */
export const packets = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...list('42 42 42 42 40 41 43 44 45 46 47 4 0 1 2 3 5 6 b')),
          fc.oneof({ weight: 4, arbitrary: fc.constant('') }, either('1- 2- 0- - 1e1- 9999999999999999-')),
          fc.oneof({ weight: 4, arbitrary: fc.constant('') }, either('/, / // /custom, /__proto__, /a?b=c,')),
          either(`7 0 007 -1 1.5 1e3 ٣ 9007199254740993 ${'9'.repeat(400)}`),
          fc.oneof({ weight: 3, arbitrary: payloads }, fc.constant(''), junk),
        )
        .map((parts) => parts.join('')),
    },
    fc.constantFrom(
      ...list('3 b bAQID 41 40 40/custom, 42["disconnect"] 42["connect"] 42["newListener",{}]'),
    ),
    junk,
  )
  .filter(sized(limits.frameBytes));

/** What a CONNECT packet shows. */
export const auths = fc
  .record({ keys: fc.subarray(['pid', 'offset', 'token', ...inherited]), value: json })
  .map(({ keys, value }) => objectOf(keys.map((key) => [key, value])))
  .filter(sized(VALUE_BYTES));

export interface HttpRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** One byte a character. */
  body: string;
}

const oddSegments = list(`
  / // . .. %2e%2e %2F %5C % %zz %ff %00 %23 %3F %20 %u0041 %E2%80%AE %F0%9F%91%8D :id {id} * ;a=b ${'x'.repeat(2_000)}
`);
const resources = list(
  'messages messages messages messages/1 messages/1e2 messages/__proto__ pin pin reactions kicks bans bans/nobody mutes mutes/nobody audit export',
);
const paths = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('/api/events', `/api/events/${anEvent}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...resources).map((resource) => `/api/events/${anEvent}/${resource}`),
  },
  fc
    .array(
      fc.constantFrom(anEvent, ...list('api events messages openapi.json'), ...inherited, ...oddSegments),
      { maxLength: 6 },
    )
    .map((segments) => `/${segments.join('/')}`),
);

const oddParameters = list(`
  0 1 01 +5 -1 1.5 1e2 0x1 101 %EF%BC%90 %D9%A3 %00 %ff % null NaN Infinity [] {} true ${'9'.repeat(20)} ${'A'.repeat(2_000)}
  MDAx MDAxNzk1MzQxNjQyOTU4I0FBQUFBQUFBQUFBQUFBQUE eyJwayI6IngifQ nobody = && ended active 2030-01-01T00:00:00Z
`);
const queries = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...list('limit cursor before after at status participantId subject limit[] %'),
        ...inherited,
      ),
      fc.constantFrom('', ...oddParameters),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length > 0 ? `?${pairs.map((pair) => pair.join('=')).join('&')}` : ''));

const contentTypes = fc.oneof(
  { weight: 3, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    ...[
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      'application/json;charset=utf-16',
      'a/b/c',
      '',
      ';',
    ],
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
    ],
  ),
);
const oddHeaders = fc.constantFrom<[string, string][]>(
  ['accept', 'text/html'],
  ['authorization', 'Bearer'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'Basic Og=='],
  ['content-encoding', 'gzip'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '::1, <script>'],
  ['cookie', '__proto__=1; ; =; a'],
  ['origin', 'null'],
  ['range', 'bytes=0-'],
  ...inherited.map((name): [string, string] => [name, '1']),
);

const eventFields = {
  name: '"A name"',
  description: '"About"',
  startsAt: '"2030-01-01T00:00:00Z"',
  endsAt: '"2030-01-02T00:00:00+01:00"',
  status: '"ended"',
  hosts: '[{"participantId":"nobody"}]',
  paused: 'true',
  slowModeSeconds: '9',
  reactions: '["\\u2764\\ufe0f"]',
};
const messageFields = {
  text: '"hello"',
  kind: '"announcement"',
  username: '"mallory"',
  metadata: '{"a":"b"}',
  clientMessageId: '"m1"',
  pin: 'true',
  seq: '1',
  blockedWords: '["spam","buy now"]',
  links: '"deny"',
  repeats: '"allow"',
};
const personFields = { participantId: '"nobody"', reason: '"spam"', seconds: '60' };
const countedFields = { counts: '{"\\u2764\\ufe0f":2}', clientRequestId: '"request-1"' };
const bodyBytes = 64 * 1024;
const bodies = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(eventFields, messageFields, personFields).chain(almost) },
  { weight: 4, arbitrary: fc.constantFrom(eventFields, personFields, countedFields).chain(almost) },
  junk,
  fc.constantFrom(bodyBytes, bodyBytes + 1).map((size) => `"${'x'.repeat(size - 2)}"`),
  fc.constantFrom(30_000, 100_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom('{"name":"\xff"}', '\xef\xbb\xbf{"name":"A BOM"}', '\xff\xfe{\0}\0', ''),
);

/** Requests that are valid HTTP; what is not, reaches nobody. */
export const httpRequests: fc.Arbitrary<HttpRequest> = fc
  .record({
    method: fc.constantFrom(
      ...list('GET GET GET POST POST POST PATCH PATCH PATCH DELETE PUT PUT OPTIONS HEAD'),
    ),
    path: paths,
    query: queries,
    contentType: fc.option(contentTypes, { freq: 9 }),
    more: fc.array(oddHeaders, { maxLength: 2 }),
    body: bodies,
  })
  .map(({ method, path, query, contentType, more, body }) => ({
    method,
    path: path + query,
    headers: {
      ...Object.fromEntries(more),
      ...(contentType !== null && { 'content-type': contentType }),
      'content-length': String(body.length),
    },
    body,
  }));
