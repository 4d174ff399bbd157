/**
 * The frames API Gateway itself sends to a client, in AWS's own spacing: a space after `"message":` and after each
 * comma, none after the other colons. The connection stays open.
 */
const errorFrame = (message: string, connectionId: string, requestId: string): string =>
  `{"message": ${JSON.stringify(message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;

type ErrorFrame = (connectionId: string, requestId: string) => string;

/** No route has the selected key and there is no `$default`. */
export const forbidden: ErrorFrame = (c, r) => errorFrame('Forbidden', c, r);

/** The Lambda threw, timed out by its own limit, or could not be run; on one-way routes too. */
export const internalServerError: ErrorFrame = (c, r) => errorFrame('Internal server error', c, r);

/** The integration took longer than its timeout, at most 29 s. */
export const endpointTimedOut: ErrorFrame = (c, r) => errorFrame('Endpoint request timed out', c, r);

/** Over the limit of the account, the stage or the route. */
export const throttled = (message: string, connectionId: string, requestId: string): string =>
  errorFrame(message, connectionId, requestId);
