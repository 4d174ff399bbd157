import { pack } from '../../shared/delivery/content/frames.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import type { Wire } from '../../shared/protocol/wire.ts';

const eventId = 'lGNZAhlUossgFgqL';
const participant = { id: 'Zr0w1J8mVbq2AbCd', username: 'visitor 1234' };

/** A message as windows tell it. The client package gives each a UUID as `clientMessageId`. */
export const messageEvent = (textLength: number, hasId: boolean): ServerEvent => ({
  event: 'newMessage',
  data: {
    ...{ id: '01JTDQ4T9Q6XH2ZK', eventId, seq: 12_345, participant },
    text: 'x'.repeat(textLength),
    sentAt: '2026-05-04T18:03:07.120Z',
    ...(hasId && { clientMessageId: '0b5a3a3e-6d0c-4a55-9df0-8a4cf1b8a001' }),
  },
});

export const joinedEvent: ServerEvent = {
  event: 'userJoined',
  data: {
    ...{ eventId, participantCount: 5_000 },
    participant: { ...participant, joinedAt: '2026-05-04T18:00:00.000Z' },
  },
};

/** Of one emoji; each further one takes 30 bytes more. */
export const reactionsEvent: ServerEvent = {
  event: 'reactions',
  data: { eventId, counts: { '👍': 12 }, totals: { '👍': 240 } },
};

/** A participant in a history. */
export const PARTICIPANT_BYTES = 100;

/** What one of these events adds to a frame, and what every frame has besides; bytes, with 4 for the WebSocket's own header. */
export function bytesOn(wire: Wire, event: ServerEvent): { each: number; frame: number } {
  const place = { seq: 12_345, presence: 5_000, eventId };
  const bytesOf = (count: number) =>
    pack(
      wire,
      Array.from({ length: count }, () => ({ ...event, offset: place })),
    ).reduce((total, { text }) => total + Buffer.byteLength(text), 0);
  const each = bytesOf(3) - bytesOf(2);
  return { each, frame: Math.max(0, bytesOf(2) - 2 * each) + 4 };
}
