import { createHash } from 'node:crypto';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import aws4, { type Credentials, type Request } from 'aws4';

/** What a frame is sent as. Encoded and hashed once, however many get it. */
export interface Payload {
  body: Buffer;
  sha256: string;
}

export function payloadOf(frame: string): Payload {
  const body = Buffer.from(frame);
  return { body, sha256: createHash('sha256').update(body).digest('hex') };
}

/**
 * `@connections` of one stage. Calls resolve to the HTTP status that answers them: 200 or 204, 410 for a connection that
 * has closed, 429 for too many requests or one full client buffer. They reject when there was no answer.
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-connections-connectionid.html
 */
export interface ManagementApi {
  post(connectionId: string, payload: Payload): Promise<number>;
  get(connectionId: string): Promise<number>;
  delete(connectionId: string): Promise<number>;
}

/** Posts under way at once; each keeps a connection of its own. */
export const POST_CONCURRENCY = 50;

/** A request that is taken for lost may still arrive: better late than twice. Milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;

/** The poster tries by itself, so the client need not. */
const clientSettings = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
};

/**
 * The management API at `endpoint` (`https://{api}.execute-api.{region}.amazonaws.com/{stage}`). PostToConnection, of
 * which there are thousands a second, goes past the SDK, whose client spends several times the CPU on it; the SDK
 * makes the other calls and looks after the credentials.
 */
export function managementApi(
  endpoint: string,
  client = new ApiGatewayManagementApiClient({ endpoint, ...clientSettings }),
): ManagementApi {
  const { protocol, hostname, port, host, pathname } = new URL(endpoint);
  const [request, Agent] = protocol === 'https:' ? [requestHttps, HttpsAgent] : [requestHttp, HttpAgent];
  const agent = new Agent({ keepAlive: true, maxSockets: POST_CONCURRENCY, timeout: REQUEST_TIMEOUT_MS });
  const path = `${pathname.replace(/\/$/, '')}/@connections/`;

  /** What the posts of one second have in common. */
  let common: { second: number; date: string; region: string; credentials: Credentials } | undefined;
  async function commonNow() {
    const second = Math.floor(Date.now() / 1000);
    if (common?.second === second) return common;
    const date = new Date(second * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
    // Kept by the SDK until they are about to expire.
    const [region, credentials] = await Promise.all([client.config.region(), client.config.credentials()]);
    common = { second, date, region, credentials };
    return common;
  }

  const send = (options: Request, body: Buffer) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(options, (response) => {
        // Read to its end, or the connection could not be used again.
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      });
      sent.once('timeout', () => sent.destroy(new Error('The management API did not answer')));
      sent.once('error', reject);
      sent.end(body);
    });

  return {
    async post(connectionId, { body, sha256 }) {
      const { date, region, credentials } = await commonNow();
      const options: Request = {
        method: 'POST',
        hostname,
        port,
        agent,
        service: 'execute-api',
        region,
        path: path + encodeURIComponent(connectionId),
        headers: {
          Host: host,
          'Content-Length': body.length,
          // Otherwise aws4 would make them again for every connection.
          'X-Amz-Content-Sha256': sha256,
          'X-Amz-Date': date,
        },
      };
      aws4.sign(options, credentials);
      return send(options, body);
    },
    get: (ConnectionId) => statusOf(client.send(new GetConnectionCommand({ ConnectionId }))),
    delete: (ConnectionId) => statusOf(client.send(new DeleteConnectionCommand({ ConnectionId }))),
  };
}

/** By status: an exception's name depends on a header that not every 410 carries. */
async function statusOf(call: Promise<{ $metadata: { httpStatusCode?: number } }>): Promise<number> {
  try {
    return (await call).$metadata.httpStatusCode ?? 0;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === undefined) throw error;
    return status;
  }
}
