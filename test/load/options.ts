import { parseArgs } from 'node:util';
import { readArguments } from '../../local/read-arguments.ts';
import type { LoadWire } from './member.ts';

export const help = `Lets many clients chat in an event, and says what became of every message.

  npm run load -- --url ws://localhost:5000/prod --clients 1000 --rate 2 --seconds 60

  --url          of the WebSocket API: what npm start prints, or the output WebSocketUrl
  --events-url   of the HTTP API: http://localhost:…/api/events if --url is local, else the output EventsUrl
  --clients      how many join (100)
  --rate         messages a second, of all of them together (2)
  --seconds      for how long (60)
  --drop         every client loses its connection after so many seconds, on average, and comes back
  --wire         json, socketio-batch, socketio (one event a frame: small events only), or both, the first two (both)
  --event        the id of an event that exists; else a new one, which ends after the run
  --tokens       where an issuer is set: a file with a token in each line, or an address that answers with one
                 and has {name} in it, such as http://localhost:5001/token?sub={name}
  --html         writes a report with charts to this file
  --allow-host   a host other than this machine that --url, --events-url and --tokens may have; may be repeated

To create the event on AWS, the command signs with the AWS credentials of the environment or, where an issuer is set,
shows the token in OPERATOR_TOKEN. docs/operations.md says how to rehearse an event.

Exit code 1: something that was acknowledged did not reach somebody who was there, or came in the wrong order;
or nothing was acknowledged. Exit code 2: the run could not be done.`;

export interface LoadOptions {
  url: string;
  eventsUrl: string;
  clients: number;
  rate: number;
  seconds: number;
  dropSeconds: number | undefined;
  wires: readonly LoadWire[];
  eventId: string | undefined;
  tokens: string | undefined;
  html: string | undefined;
}

const options = {
  url: { type: 'string' },
  'events-url': { type: 'string' },
  clients: { type: 'string', default: '100' },
  rate: { type: 'string', default: '2' },
  seconds: { type: 'string', default: '60' },
  drop: { type: 'string' },
  wire: { type: 'string', default: 'both' },
  event: { type: 'string' },
  tokens: { type: 'string' },
  html: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

const wiresOf: Record<string, readonly LoadWire[]> = {
  json: ['json'],
  socketio: ['socketio'],
  'socketio-batch': ['socketio-batch'],
  both: ['json', 'socketio-batch'],
};

/** The command line; `help` if that is all it asks for. Throws an `Error` whose message is for the user. */
export function readOptions(args: readonly string[]): LoadOptions | 'help' {
  const { values } = readArguments('npm run load --', () => parseArgs({ args: [...args], options }));
  if (values.help) return 'help';
  const { url, event, tokens, html, drop, 'allow-host': hosts = [] } = values;
  if (!url) throw new Error('--url is missing: the address of the WebSocket API.');
  const { hostname, host } = checkUrl('--url', url, ['ws:', 'wss:'], hosts);
  const eventsUrl = values['events-url'] ?? (isLocal(hostname) ? `http://${host}/api/events` : undefined);
  if (!eventsUrl && !event)
    throw new Error('--events-url is missing: where to create an event. Or name one with --event.');
  if (eventsUrl) checkUrl('--events-url', eventsUrl, ['http:', 'https:'], hosts);
  if (tokens?.includes('://')) checkUrl('--tokens', tokens, ['http:', 'https:'], hosts);
  const wires = Object.hasOwn(wiresOf, values.wire) && wiresOf[values.wire];
  if (!wires) throw new Error(`--wire ${values.wire}: must be one of ${Object.keys(wiresOf).join(', ')}.`);
  return {
    ...{ url, wires, tokens, html },
    eventsUrl: eventsUrl ?? '',
    eventId: event,
    clients: numberOf('--clients', values.clients, { isWhole: true }),
    rate: numberOf('--rate', values.rate),
    seconds: numberOf('--seconds', values.seconds),
    dropSeconds: drop === undefined ? undefined : numberOf('--drop', drop),
  };
}

function numberOf(name: string, text: string, { isWhole = false } = {}): number {
  const value = Number(text);
  if (
    text.trim() === '' ||
    !(value > 0) ||
    value === Number.POSITIVE_INFINITY ||
    (isWhole && !Number.isInteger(value))
  ) {
    throw new Error(`${name} ${text}: must be a ${isWhole ? 'whole ' : ''}number above 0.`);
  }
  return value;
}

const isLocal = (hostname: string) =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
  hostname === '[::1]';

/** Nobody is to load what is not theirs by mistake. */
function checkUrl(name: string, text: string, protocols: readonly string[], allowed: readonly string[]): URL {
  if (!URL.canParse(text)) throw new Error(`${name} ${text}: is no address.`);
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) {
    throw new Error(
      `${name} ${text}: must begin with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`,
    );
  }
  if (!isLocal(url.hostname) && !allowed.includes(url.hostname)) {
    throw new Error(
      `${name} is on ${url.hostname}, which is not this machine. If it is yours, add --allow-host ${url.hostname}`,
    );
  }
  return url;
}
