import { inject } from 'vitest';
import type { Event } from '../../shared/protocol/entities.ts';
import { ChatClient } from './chat-client.ts';
import { signed } from './sign.ts';

const clients: ChatClient[] = [];
/** After each test: test/setup/clients.ts. */
export const closeClients = () => Promise.all(clients.splice(0).map((client) => client.close()));

/** A client of the suite's chat; closed after the test. */
export async function connect(url: string = inject('chatUrl')): Promise<ChatClient> {
  const client = await ChatClient.connect(url);
  clients.push(client);
  return client;
}

/** A client that has joined, with its history and everything else up to then taken from the queue. */
export async function enter(
  eventId: string,
  username: string,
  more: { after?: number; participantToken?: string | undefined; url?: string } = {},
): Promise<ChatClient> {
  const { url, ...join } = more;
  const client = await connect(url);
  await client.join(eventId, username, join);
  await client.next('eventHistory');
  return client;
}

export interface HttpAnswer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** One request to the HTTP API; `path` follows `/api/events`. */
export async function http<Body = Event>(
  path: string,
  { method = 'GET', body, url = inject('eventsUrl'), headers = {} }: HttpRequest = {},
): Promise<HttpAnswer<Body>> {
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const request = {
    method,
    headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(content !== undefined && { body: content }),
  };
  const response = await fetch(
    `${url}${path}`,
    inject('isDeployed') && !headers.authorization ? signed(`${url}${path}`, request) : request,
  );
  const text = await response.text();
  // An export is many.
  const isOneValue = response.headers.get('content-type') !== 'application/x-ndjson';
  return {
    status: response.status,
    headers: response.headers,
    body: (text && isOneValue ? JSON.parse(text) : undefined) as Body,
  };
}

export interface HttpRequest {
  method?: string;
  body?: unknown;
  url?: string;
  headers?: Record<string, string>;
}

/** A new event's id. */
export async function createEvent(name = 'A test', url?: string): Promise<string> {
  const { body } = await http<Event>('', {
    method: 'POST',
    body: { name },
    ...(url !== undefined && { url }),
  });
  return body.id;
}

/** The texts of the messages that a client has heard. */
export const textsHeardBy = (client: ChatClient): string[] =>
  client.all('newMessage').map((message) => message.text);

/** Waits until a client has heard a message. */
export const hears = (client: ChatClient, text: string): Promise<void> =>
  client.until(`"${text}"`, (got) => got.some((e) => e.event === 'newMessage' && e.data.text === text));

/** What a promise was refused with. */
export const refusal = async (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('It was not refused');
    },
    (error) => error.data,
  );
