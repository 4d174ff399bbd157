import type { Message } from '../../../shared/protocol/entities.ts';

/** A message that makes a frame of a kilobyte. */
export const typicalMessage = (eventId: string, seq: number): Message => ({
  ...{ id: 'mqmwPxfO0bqe2cE4', eventId, seq },
  participant: { id: 'pVYzJmTQ3qk5oHn0aXuR1w', username: 'Somebody' },
  text: 'x'.repeat(800),
  sentAt: '2025-01-01T12:00:00.000Z',
});
