import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../body.ts';
import { decode, targetOf } from '../client.ts';
import { executeApiArn, type Gateway } from '../gateway.ts';
import { isConnectionId } from '../identifiers.ts';
import type { WebSocketApis } from '../websocket/web-socket-apis.ts';
import { accessKeyIdOf } from './caller.ts';
import {
  forbidden,
  gone,
  internalServerError,
  invalidConnectionId,
  limitExceeded,
  type ManagementError,
  missingAuthenticationToken,
  sendError,
} from './errors.ts';
import { deleteConnection, getConnection, postToConnection } from './operations.ts';

/** `/{stage}/@connections/{id}`, in which `@` and the id may be percent-encoded. */
const managementPath = /^\/([^/]+)\/(?:@|%40)connections\/([^/]+)$/;

export const isManagementRequest = (req: IncomingMessage): boolean => managementPath.test(targetOf(req).path);

/**
 * The management API, with which a backend posts to, looks at and closes connections.
 *
 * "Use @connections commands in your backend service":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 *
 * @param apiId if the path began with it
 * @returns false if the request is for something else
 */
export async function handleManagementRequest(
  gateway: Gateway,
  apis: WebSocketApis,
  apiId: string | undefined,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  const [, stageName, encodedId] = managementPath.exec(targetOf(req).path) ?? [];
  if (stageName === undefined || encodedId === undefined) return false;
  const id = decode(encodedId);
  res.setHeader('x-amzn-RequestId', randomUUID());
  // The whole request is read even if it is refused: the caller keeps the HTTP connection for its next one.
  const body = await readBody(req, gateway.settings.postBytes);
  const { managementLatencyMs } = gateway.faults;
  if (managementLatencyMs > 0)
    await new Promise<void>((done) => gateway.clock.after(managementLatencyMs, done));

  const stage = apis.stageOf(id, stageName, apiId);
  const error = refusal(gateway, req, stage?.apiId, stageName, id);
  // Looked up only now, after all waiting: the connection may have gone since.
  const connection = stage && apis.connection(stage, id);
  if (error) sendError(res, error);
  else if (!connection) sendError(res, gone);
  else if (req.method === 'POST') postToConnection(gateway, connection, req, res, body);
  else if (req.method === 'GET') getConnection(connection, res);
  else deleteConnection(gateway, connection, res);
  return true;
}

function refusal(
  { accountOf, faults, throttle, authorize }: Gateway,
  req: IncomingMessage,
  apiId: string | undefined,
  stage: string,
  id: string,
): ManagementError | undefined {
  const accessKeyId = accessKeyIdOf(req);
  if (accessKeyId === undefined) return missingAuthenticationToken;
  if (apiId === undefined || !/^(POST|GET|DELETE)$/.test(req.method ?? '')) return forbidden();
  const arn = executeApiArn(accountOf(apiId), `${apiId}/${stage}/${req.method}/@connections/${id}`);
  if (!authorize(accessKeyId, 'execute-api:ManageConnections', arn)) {
    return forbidden(`User is not authorized to perform: execute-api:ManageConnections on resource: ${arn}`);
  }
  if (Math.random() < faults.managementErrorRate) return internalServerError;
  if (Math.random() < faults.managementThrottleRate || !throttle.admitsManagementCall())
    return limitExceeded();
  return isConnectionId(id) ? undefined : invalidConnectionId(id);
}
