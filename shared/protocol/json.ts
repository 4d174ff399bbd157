import * as z from 'zod';
import type { ErrorData } from './errors.ts';
import { limits } from './limits.ts';
import { optional } from './optional.ts';
import { badRequest, parse } from './parse.ts';
import type { ServerEvent } from './server-to-client.ts';

/** The JSON wire: one object in each WebSocket text message (docs/protocol.md, "Frames"). */

export type RequestId = string | number;

export interface Frame {
  action: string;
  data: unknown;
  id?: RequestId;
}

const noId = `must be a string of at most ${limits.requestIdLength} characters or an integer that is exact in JavaScript`;

/** What is no safe integer has been rounded by `JSON.parse`, and would not come back as it was sent. */
const idSchema = z
  .union([z.string(), z.number()], noId)
  .refine(
    (id) => (typeof id === 'string' ? id.length <= limits.requestIdLength : Number.isSafeInteger(id)),
    noId,
  );

const frameSchema = z.object({
  action: z.string(),
  data: optional(z.unknown()),
  id: optional(idSchema),
});

/** A client's frame. Absent `data` is an empty payload. Throws `BAD_REQUEST`. */
export function decodeFrame(body: string): Frame {
  const { action, data = {}, id } = parse(frameSchema, parseJson(body));
  return id === undefined ? { action, data } : { action, data, id };
}

/** The `id` with which to answer a malformed frame, if it has a valid one. */
export function requestIdOf(body: string): RequestId | undefined {
  try {
    return z.object({ id: idSchema }).parse(JSON.parse(body)).id;
  } catch {
    return undefined;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest('', 'a frame must be one JSON object such as {"action": "ping"}');
  }
}

export const encodeAck = (id: RequestId, data: object): string => JSON.stringify({ event: 'ack', id, data });

export const encodeError = (data: ErrorData, id?: RequestId): string =>
  JSON.stringify(id === undefined ? { event: 'error', data } : { event: 'error', id, data });

export const encodeEvent = (event: ServerEvent): string => JSON.stringify(event);
