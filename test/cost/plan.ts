import { parseArgs } from 'node:util';
import { readArguments } from '../../local/read-arguments.ts';

/** An event that is to be paid for. */
export interface Plan {
  /** Connections, there from the beginning to the end. */
  viewers: number;
  hours: number;
  /** Of all of them together. */
  messages: number;
  reactions: number;
  /** How often somebody begins to type; announced in small audiences. */
  typing: number;
  /** Of all connections, 0 to 1. The others speak JSON. */
  socketioShare: number;
  /** Of those on Socket.IO: without `batch=1`. */
  unbatchedShare: number;
  /** Characters of a message. */
  textLength: number;
  /** Whether messages have a `clientMessageId`, as those of the client package. */
  haveIds: boolean;
}

/** What https://ably.com/docs/guides/chat/build-livestream reckons with: 35,000 sends in an hour, of which 10,000 are reactions. */
export const ABLY_HOUR: Plan = {
  ...{ viewers: 5_000, hours: 1, messages: 25_000, reactions: 10_000, typing: 0 },
  ...{ socketioShare: 0.5, unbatchedShare: 0, textLength: 41, haveIds: false },
};

export const help = `Prints what an event costs on AWS, line by line.

  npm run cost -- --viewers 5000 --messages 35000 --hours 1

  --viewers            connections that are there all the time (5000)
  --hours              for how long (1)
  --messages           that all of them send together (35000)
  --reactions          the same (0)
  --typing             how often somebody begins to type: told in small events only (0)
  --wire               json, socketio-batch, socketio, or both: half json, half socketio-batch (both)
  --unbatched-percent  of the Socket.IO connections that are without batch=1 (0; 100 with --wire socketio)
  --text               characters of a message (41)
  --no-ids             messages have no clientMessageId, which the client package gives them
  --json               as JSON, with every price and its source

Prices are those of us-east-1 without free tiers: infra/prices.ts. docs/operations.md says what is counted.`;

const options = {
  viewers: { type: 'string', default: '5000' },
  hours: { type: 'string', default: '1' },
  messages: { type: 'string', default: '35000' },
  reactions: { type: 'string', default: '0' },
  typing: { type: 'string', default: '0' },
  wire: { type: 'string', default: 'both' },
  'unbatched-percent': { type: 'string' },
  text: { type: 'string', default: '41' },
  'no-ids': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const socketioShares: Record<string, number> = { json: 0, 'socketio-batch': 1, socketio: 1, both: 0.5 };

/** The command line. Throws an `Error` whose message is for the user. */
export function readPlan(args: readonly string[]): { plan: Plan; isJson: boolean } | 'help' {
  const { values } = readArguments('npm run cost --', () => parseArgs({ args: [...args], options }));
  if (values.help) return 'help';
  const { wire } = values;
  const socketioShare = Object.hasOwn(socketioShares, wire) ? socketioShares[wire] : undefined;
  if (socketioShare === undefined) {
    throw new Error(`--wire ${wire}: must be one of ${Object.keys(socketioShares).join(', ')}.`);
  }
  const percent = values['unbatched-percent'] ?? (wire === 'socketio' ? '100' : '0');
  const plan: Plan = {
    viewers: numberOf('--viewers', values.viewers, { isWhole: true, min: 1 }),
    hours: numberOf('--hours', values.hours, { isAbove: true }),
    messages: numberOf('--messages', values.messages, { isWhole: true }),
    reactions: numberOf('--reactions', values.reactions, { isWhole: true }),
    typing: numberOf('--typing', values.typing, { isWhole: true }),
    socketioShare,
    unbatchedShare: numberOf('--unbatched-percent', percent, { max: 100 }) / 100,
    textLength: numberOf('--text', values.text, { isWhole: true, min: 1, max: 2_000 }),
    haveIds: values['no-ids'] !== true,
  };
  return { plan, isJson: values.json === true };
}

interface Range {
  isWhole?: boolean;
  isAbove?: boolean;
  min?: number;
  max?: number;
}

function numberOf(
  name: string,
  text: string,
  { isWhole = false, isAbove = false, min = 0, max = 1e12 }: Range,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && !(isAbove && value === min) && !(isWhole && !Number.isInteger(value)))
    return value;
  const range = max < 1e12 ? `from ${min} to ${max}` : isAbove ? `above ${min}` : `of at least ${min}`;
  throw new Error(`${name} ${text}: must be a ${isWhole ? 'whole ' : ''}number ${range}.`);
}
