import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { sleep } from '../sleep.ts';

/**
 * What became of a call: `gone`, the connection has closed; after two seconds of trying: `lagging`, answered with 429,
 * which one full client buffer suffices for; `failed`, the management API is in trouble.
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-connections-connectionid.html
 */
export type Outcome = 'delivered' | 'gone' | 'lagging' | 'failed';

/** The management API as delivery needs it. Its calls never throw. */
export interface Poster {
  /** Posts the frames one after the other: frames to one connection never overtake each other. */
  post(connectionId: string, frames: readonly string[]): Promise<Outcome>;
  /** Closes a connection; that it is gone already is as good. False: it could not be closed. */
  close(connectionId: string): Promise<boolean>;
}

const GIVE_UP_AFTER_MS = 2_000;
const FIRST_WAIT_MS = 50;

/** Tries by itself, so the client need not. A request that is taken for lost may still arrive: better late than twice. */
const clientSettings = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

export function sdkPoster(
  endpoint: string,
  client = new ApiGatewayManagementApiClient({ endpoint, ...clientSettings }),
): Poster {
  return {
    async post(ConnectionId, frames) {
      for (const Data of frames) {
        const outcome = await persist(() => client.send(new PostToConnectionCommand({ ConnectionId, Data })));
        if (outcome !== 'delivered') return outcome;
      }
      return 'delivered';
    },
    async close(ConnectionId) {
      const outcome = await persist(() => client.send(new DeleteConnectionCommand({ ConnectionId })));
      return outcome === 'delivered' || outcome === 'gone';
    },
  };
}

async function persist(call: () => Promise<unknown>): Promise<Outcome> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
    try {
      await call();
      return 'delivered';
    } catch (error) {
      const status = statusOf(error);
      if (status === 410) return 'gone';
      if (Date.now() + waitMs < giveUpAt) await sleep(waitMs);
      // Looked at again: a Lambda may have been frozen in between.
      if (Date.now() + waitMs >= giveUpAt) return status === 429 ? 'lagging' : 'failed';
    }
  }
}

/** By status: the exception's name depends on a header that not every 410 carries. */
const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
