import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { sleep } from '../sleep.ts';

/**
 * What became of the frames for one connection: `gone` has closed; `failed` could not be served for two seconds (its
 * buffer is full, or the management API is in trouble).
 */
export type Outcome = 'delivered' | 'gone' | 'failed';

/** The management API as delivery needs it. */
export interface Poster {
  /** Posts the frames one after the other: frames to one connection never overtake each other. Never throws. */
  post(connectionId: string, frames: readonly string[]): Promise<Outcome>;
  /** Closes a connection; that it is gone already is no error. */
  close(connectionId: string): Promise<void>;
}

const GIVE_UP_AFTER_MS = 2_000;

export function sdkPoster(
  endpoint: string,
  client = new ApiGatewayManagementApiClient({ endpoint }),
): Poster {
  const postFrame = async (ConnectionId: string, Data: string): Promise<Outcome> => {
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    for (let waitMs = 50; ; waitMs *= 2) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
        return 'delivered';
      } catch (error) {
        if (isGone(error)) return 'gone';
        if (Date.now() + waitMs > giveUpAt) return 'failed';
        await sleep(waitMs);
      }
    }
  };
  return {
    async post(connectionId, frames) {
      for (const frame of frames) {
        const outcome = await postFrame(connectionId, frame);
        if (outcome !== 'delivered') return outcome;
      }
      return 'delivered';
    },
    async close(ConnectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

/** By status: the exception's name depends on a header that not every 410 carries. */
function isGone(error: unknown): boolean {
  return (
    (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode === 410
  );
}
