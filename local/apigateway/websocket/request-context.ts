import { commonLogTime } from '../identifiers.ts';

/** What stays the same through the life of a connection and appears in each of its events. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly domainName: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
  /** The client's `Host`, which `$disconnect` repeats. */
  readonly host: string;
}

/** What a Lambda authorizer said, `requestContext.authorizer` of every event of the connection. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** The part of `requestContext` that all three events have. `requestId` and `extendedRequestId` are the same. */
export function requestContext(
  facts: ConnectionFacts,
  authorizer: AuthorizerContext | undefined,
  event: {
    routeKey: string;
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
    requestId: string;
    nowMs: number;
  },
) {
  return {
    routeKey: event.routeKey,
    ...(authorizer && { authorizer }),
    eventType: event.eventType,
    extendedRequestId: event.requestId,
    requestTime: commonLogTime(event.nowMs),
    messageDirection: 'IN',
    stage: facts.stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: event.nowMs,
    identity: facts.identity,
    requestId: event.requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId: facts.apiId,
  };
}

/** `stageVariables`, absent when the stage has none. */
export const stageVariablesOf = ({ stageVariables }: ConnectionFacts) =>
  Object.keys(stageVariables).length > 0 ? { stageVariables } : {};
