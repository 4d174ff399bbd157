import { Agent, request } from 'node:http';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import aws4 from 'aws4';
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

/** The least that somebody would write by hand: sign, send, await the answer. */
export function postRaw(endpoint: string, maxSockets: number): Post {
  const { host, hostname, port, pathname } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets });
  const { region, credentials } = clientSettings;
  return (connectionId, body) =>
    new Promise((resolve, reject) => {
      const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`;
      const target = { service: 'execute-api', region, host, method: 'POST', path, body };
      const { headers } = aws4.sign(target, credentials);
      const sent = request(
        { agent, hostname, port, method: 'POST', path, headers: { ...headers } },
        (answer) => {
          answer.resume();
          answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error('Refused'))));
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
}
