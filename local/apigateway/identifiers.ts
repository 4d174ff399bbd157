import { randomBytes } from 'node:crypto';

/** A connection, message or request id as API Gateway makes them: 11 bytes, 16 characters, such as `L0SM9cOFvHcCIhw=`. */
export const newId = (): string => `${randomBytes(11).toString('base64url')}=`;

/** Whether AWS would take this for a connection id at all. What is no such id is 400, an unknown one is 410. */
export const isConnectionId = (id: string): boolean => /^[\w+/-]{15}=$/.test(id);

/** `X-Amzn-Trace-Id`. */
export function newTraceId(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

/** `requestTime` in the Common Log Format, such as `19/Feb/2024:07:11:42 +0000`. */
export function commonLogTime(ms: number): string {
  const t = new Date(ms);
  const day = `${two(t.getUTCDate())}/${months[t.getUTCMonth()]}/${t.getUTCFullYear()}`;
  return `${day}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
}
