import type { Event } from '../../shared/protocol/entities.ts';
import { type PlainRequest, signed } from '../support/sign.ts';

/** What creating an event needs: nothing on the local stack, a token of an operator with an issuer, else AWS credentials. */
export interface Credentials {
  operatorToken: string | undefined;
  isLocal: boolean;
}

/** A new event's id. Rejects with an `Error` for the user. */
export async function createEvent(
  eventsUrl: string,
  name: string,
  credentials: Credentials,
): Promise<string> {
  const event = await request(eventsUrl, 'POST', { name }, credentials);
  return (event as Event).id;
}

export async function endEvent(eventsUrl: string, id: string, credentials: Credentials): Promise<void> {
  await request(`${eventsUrl}/${id}`, 'PATCH', { status: 'ended' }, credentials);
}

/** With everything that was said in it. */
export async function deleteEvent(eventsUrl: string, id: string, credentials: Credentials): Promise<void> {
  await endEvent(eventsUrl, id, credentials);
  await request(`${eventsUrl}/${id}`, 'DELETE', undefined, credentials);
}

async function request(
  url: string,
  method: string,
  content: object | undefined,
  { operatorToken, isLocal }: Credentials,
): Promise<Event | undefined> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (operatorToken) headers.authorization = `Bearer ${operatorToken}`;
  const plain: PlainRequest = { method, headers, ...(content && { body: JSON.stringify(content) }) };
  const response = await fetch(url, isLocal || operatorToken ? plain : signed(url, plain));
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : undefined;
  const hint =
    response.status === 401 || response.status === 403 ? ' Set OPERATOR_TOKEN, or use --event.' : '';
  throw new Error(`${method} ${url} was answered with ${response.status}: ${text}${hint}`);
}
