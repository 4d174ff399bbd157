import type { Settings } from '../settings.ts';

/**
 * What a two-way route sends back: the `body` of its Lambda's result.
 *
 * "Set up route responses for WebSocket APIs":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
 *
 * @returns nothing to send if `undefined`
 */
export function responseFrame(
  payload: unknown,
  settings: Settings,
): { readonly text: string } | 'internal-server-error' | undefined {
  const result = typeof payload === 'object' && payload !== null ? { ...payload } : {};
  const statusCode = 'statusCode' in result ? Number(result.statusCode) : 200;
  const isSuccess = statusCode >= 200 && statusCode < 300;
  if (!isSuccess && settings.twoWayErrorStatus === 'internal-server-error') return 'internal-server-error';
  const body = 'body' in result ? result.body : undefined;
  if (body === undefined || body === null) {
    return settings.twoWayWithoutBody === 'result' ? { text: JSON.stringify(payload) } : undefined;
  }
  return { text: typeof body === 'string' ? body : JSON.stringify(body) };
}
