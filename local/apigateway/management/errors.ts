import type { ServerResponse } from 'node:http';

/** How the management API refuses. The SDKs find the error's name in `x-amzn-ErrorType`, nowhere else. */
export interface ManagementError {
  readonly status: number;
  readonly type: string;
  /** Absent where AWS sends no body. */
  readonly message?: string;
}

/** The connection is not there, or not there yet, or gone: no body. */
export const gone: ManagementError = { status: 410, type: 'GoneException' };

export const invalidConnectionId = (id: string): ManagementError => ({
  status: 400,
  type: 'BadRequestException',
  message: `Invalid connectionId: ${id}`,
});

export const missingAuthenticationToken: ManagementError = {
  status: 403,
  type: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
};

export const forbidden = (message = 'Forbidden'): ManagementError => ({
  status: 403,
  type: 'ForbiddenException',
  message,
});

export const payloadTooLarge: ManagementError = {
  status: 413,
  type: 'PayloadTooLargeException',
  message: 'Message too long',
};

/** Also when the buffer of this one client is full. */
export const limitExceeded = (message = 'Too Many Requests'): ManagementError => ({
  status: 429,
  type: 'LimitExceededException',
  message,
});

export const internalServerError: ManagementError = {
  status: 500,
  type: 'InternalServerErrorException',
  message: 'Internal server error',
};

export function sendError(res: ServerResponse, error: ManagementError): void {
  const body = error.message === undefined ? '' : JSON.stringify({ message: error.message });
  res.writeHead(error.status, {
    'x-amzn-ErrorType': error.type,
    'Content-Length': Buffer.byteLength(body),
    ...(body && { 'Content-Type': 'application/json' }),
  });
  res.end(body);
}
