import type { Message } from '../../shared/protocol/entities.ts';
import type { Heard } from '../support/socket-client.ts';
import { recoveryScenarios } from './recovery-scenarios.ts';
import type { ScenarioName } from './scenarios.ts';

/** One way in which the chat on AWS cannot be like a server with everything in one memory. */
export interface Difference {
  what: string;
  /** The limit that causes it. */
  because: string;
  where: 'everywhere' | readonly ScenarioName[];
  /** Brings what one client has heard into a form in which only this difference is gone. */
  without: (entries: readonly Heard[]) => Heard[];
}

const whereSomebodyIsCutOff = Object.keys(recoveryScenarios) as (keyof typeof recoveryScenarios)[];

/** Every difference there is: nothing else may differ. */
export const unavoidable: readonly Difference[] = [
  {
    what: 'The ack of a send may come before or after the `newMessage` that it caused.',
    because:
      'A WebSocket API has no broadcast: each frame to each connection is one call of PostToConnection. Whoever runs the ' +
      'delivery window at that moment, often another Lambda than the one that answers, posts the message, and two calls ' +
      'have no order.',
    where: 'everywhere',
    without: acksBehindMessages,
  },
  {
    what: 'That somebody who has sent or left does not type any more may come later, or not at all.',
    because:
      'Every announcement is a post to each of the others. A room is told of typing at most every half second, whoever types.',
    where: 'everywhere',
    without: withoutTypingThatIsOver,
  },
  {
    what: 'Emits that do not wait for each other take effect in any order.',
    because:
      'API Gateway invokes a Lambda for each frame of a connection, at the same time. The option `retries`, or awaiting ' +
      'acks, gives order.',
    where: ['many emits at once'],
    without: inAnyOrder,
  },
  {
    what: 'Missed packets come after `connect`, not before it.',
    because:
      'Socket.IO hands them over with the connection. Here each of them is a post that can fail in the middle, and what ' +
      'comes before `connect` would not move the offset of the client: it would begin again.',
    where: whereSomebodyIsCutOff,
    without: replayBehindConnect,
  },
  {
    what: 'After a recovery a message may come twice, with the same `seq`.',
    because:
      'PostToConnection succeeds when API Gateway has taken the frame, whether or not it reaches the client, and calls of ' +
      'two Lambdas have no order: whatever may have been lost on the way is posted again.',
    where: whereSomebodyIsCutOff,
    without: eachSeqOnce,
  },
];

const messageOf = ({ kind, name, data }: Heard): Message | undefined => {
  if (kind === 'event') return name === 'newMessage' ? (data as Message) : undefined;
  return name === 'sendMessage' ? Object(data).message : undefined;
};

function acksBehindMessages(entries: readonly Heard[]): Heard[] {
  const result: Heard[] = [];
  const early = new Map<string, Heard[]>();
  entries.forEach((entry, index) => {
    const id = messageOf(entry)?.id;
    const isAhead = (later: Heard) => later.name === 'newMessage' && messageOf(later)?.id === id;
    if (entry.kind === 'ack' && id !== undefined && entries.slice(index + 1).some(isAhead)) {
      early.set(id, [...(early.get(id) ?? []), entry]);
      return;
    }
    result.push(entry);
    if (entry.name === 'newMessage' && id !== undefined) {
      result.push(...(early.get(id) ?? []));
      early.delete(id);
    }
  });
  return result;
}

/** Without `isTyping: false` of those who have been heard or have left since they began. */
function withoutTypingThatIsOver(entries: readonly Heard[]): Heard[] {
  const over = new Set<string>();
  return entries.filter((entry) => {
    const { participant, isTyping } = Object(entry.data);
    if (entry.kind !== 'event' || !participant) return true;
    if (entry.name === 'newMessage' || entry.name === 'userLeft') over.add(participant.id);
    if (entry.name !== 'userTyping') return true;
    if (isTyping) over.delete(participant.id);
    return isTyping || !over.has(participant.id);
  });
}

/** Without numbers and times, by text; but the numbers must have come in order. */
function inAnyOrder(entries: readonly Heard[]): Heard[] {
  const textOf = (entry: Heard) => `${entry.kind} ${messageOf(entry)?.text}`;
  const withoutNumber = (entry: Heard): Heard => {
    const { seq: _seq, sentAt: _sentAt, ...message } = messageOf(entry) ?? ({} as Message);
    return { ...entry, data: message };
  };
  const sends = entries.filter((entry) => messageOf(entry) !== undefined);
  const numbers = sends.filter(({ kind }) => kind === 'event').map((entry) => messageOf(entry)?.seq);
  return [
    ...entries.filter((entry) => messageOf(entry) === undefined),
    ...sends.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1)).map(withoutNumber),
    { kind: 'event', name: 'newMessage', data: numbers },
  ];
}

function replayBehindConnect(entries: readonly Heard[]): Heard[] {
  const result: Heard[] = [];
  for (const entry of entries) {
    const lost = result.findLastIndex(({ name }) => name === 'disconnect');
    const isBack = entry.kind === 'life' && entry.name === 'connect' && lost >= 0;
    result.splice(isBack ? lost + 1 : result.length, 0, entry);
  }
  return result;
}

function eachSeqOnce(entries: readonly Heard[]): Heard[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (entry.name !== 'newMessage') return true;
    const { eventId, seq } = entry.data as Message;
    const isNew = !seen.has(`${eventId} ${seq}`);
    seen.add(`${eventId} ${seq}`);
    return isNew;
  });
}
