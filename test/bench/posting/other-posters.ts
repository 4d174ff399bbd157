import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { clientSettings } from './own-poster.ts';

/** Posts to one connection; rejects if that does not succeed. */
export type Post = (connectionId: string, frame: string) => Promise<void>;

/** The SDK's client, whose agent keeps connections, 50 at most, by default. */
export function postBySdk(endpoint: string): Post {
  const client = new ApiGatewayManagementApiClient({ endpoint, ...clientSettings });
  return async (ConnectionId, Data) => {
    await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
  };
}
