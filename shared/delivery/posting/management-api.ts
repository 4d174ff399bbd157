import { createHash, type KeyObject } from 'node:crypto';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Credentials } from 'aws4';
import Pool from 'undici/lib/dispatcher/pool.js';
import { PathSigner, signingKey } from './path-signer.ts';

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

/** What the posts of one second have in common. */
interface Moment {
  second: number;
  /** `20250101T120000Z` */
  date: string;
  region: string;
  credentials: Credentials;
  key: KeyObject;
  signers: WeakMap<Payload, PathSigner>;
}

/**
 * The management API at `endpoint` (`https://{api}.execute-api.{region}.amazonaws.com/{stage}`). PostToConnection, of
 * which there are thousands a second, goes past the SDK, whose client spends several times the CPU on it; the SDK
 * makes the other calls and looks after the credentials.
 */
export function managementApi(
  endpoint: string,
  client = new ApiGatewayManagementApiClient({ endpoint, ...clientSettings }),
): ManagementApi {
  const { origin, host: Host, pathname } = new URL(endpoint);
  const connections = `${pathname.replace(/\/$/, '')}/@connections/`;
  const pool = newPool(origin);

  let moment: Moment | undefined;
  async function thisSecond(): Promise<Moment> {
    const second = Math.floor(Date.now() / 1000);
    if (moment?.second === second) return moment;
    const date = new Date(second * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
    // Kept by the SDK until they are about to expire.
    const [region, credentials] = await Promise.all([client.config.region(), client.config.credentials()]);
    const day = date.slice(0, 8);
    const isSame =
      moment?.date.startsWith(day) && moment.region === region && moment.credentials === credentials;
    const key = isSame && moment ? moment.key : signingKey(credentials, day, region);
    moment = { second, date, region, credentials, key, signers: new WeakMap() };
    return moment;
  }

  function signerOf(payload: Payload, { date, region, credentials, key, signers }: Moment): PathSigner {
    let signer = signers.get(payload);
    if (!signer) {
      const { body, sha256 } = payload;
      const headers = {
        Host,
        'Content-Length': body.length,
        'X-Amz-Content-Sha256': sha256,
        'X-Amz-Date': date,
      };
      signer = new PathSigner({ method: 'POST', region, headers }, credentials, key);
      signers.set(payload, signer);
    }
    return signer;
  }

  return {
    async post(connectionId, payload) {
      const signer = signerOf(payload, await thisSecond());
      const path = connections + encodeURIComponent(connectionId);
      return send(pool, path, signer.headersFor(path), payload.body);
    },
    get: (ConnectionId) => statusOf(client.send(new GetConnectionCommand({ ConnectionId }))),
    delete: (ConnectionId) => statusOf(client.send(new DeleteConnectionCommand({ ConnectionId }))),
  };
}

const newPool = (origin: string) =>
  new Pool(origin, {
    connections: POST_CONCURRENCY,
    keepAliveTimeout: REQUEST_TIMEOUT_MS,
    connect: { timeout: REQUEST_TIMEOUT_MS },
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    // A server may refuse streams of HTTP/2 to have them sent again, and nothing but the poster is to try again.
    allowH2: false,
  });

/** Undici's barest way; it sends a POST once at most. */
const send = (pool: Pool, path: string, headers: string[], body: Buffer) =>
  new Promise<number>((resolve, reject) => {
    let status = 0;
    pool.dispatch(
      { method: 'POST', path, headers, body },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: () => {},
        // Not before: the connection is busy until then.
        onResponseEnd: () => resolve(status),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });

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
