import { type Action, clientToServer } from '../../shared/protocol/client-to-server.ts';
import { replies } from '../../shared/protocol/replies.ts';
import { errorSchema, serverToClient } from '../../shared/protocol/server-to-client.ts';
import { about } from './about.ts';
import { asyncApiSchemas, ref } from './asyncapi-schemas.ts';

/** What each action is for. */
const actions: Record<Action, string> = {
  joinEvent: 'Join an event, and leave the one that you were in. Under another name, you are renamed.',
  watchEvent: 'Hear an event without taking part in it, and leave the one that you were in.',
  sendMessage: 'Send a message to everybody in the event.',
  typing: 'Tell the others that you have begun to type, or have stopped. Only in small audiences.',
  react: 'React with an emoji of the event, up to 10 times at once.',
  leaveEvent: 'Leave the event.',
  getActiveEvents: 'List active events, newest first.',
  getHistory:
    'Read messages of the event: the newest ones, those before a seq, those after a seq, or those around a time.',
  ping: 'Keep an idle connection open.',
  deleteMessage: 'Delete a message for everybody. For moderators and hosts.',
  announce: 'Tell everybody something, and pin it. For moderators and hosts.',
  pin: 'Pin a message, instead of the one that is. For moderators and hosts.',
  unpin: 'Unpin the message that is pinned. For moderators and hosts.',
  kick: 'Remove a person, who may join again. For moderators and hosts.',
  ban: 'Remove a person and refuse them, for a number of seconds or permanently. For moderators and hosts.',
  unban: 'Lift a ban. For moderators and hosts.',
  mute: 'Keep a person from writing for a number of seconds. For moderators and hosts.',
  unmute: 'Let a person write again. For moderators and hosts.',
  updateEvent: 'Pause, slow down or end the event, or choose its reactions. For moderators and hosts.',
};

const description = `What clients of the WebSocket API send and get (the operations are those of the server: it receives actions and sends events).

This document describes the JSON wire: one object in each text message. Several events may come at once, as an array of them. Clients of Socket.IO exchange the same data: the name of the action or of the event is the name of their event, the data its first argument, and the acknowledgement gets \`{ok: true, ...data}\` or \`{ok: false, error}\`.`;

const channel = ref('channels', 'chat');
const inChannel = (message: string) => ref('channels', 'chat', 'messages', message);
const inComponents = (message: string) => ref('components', 'messages', message);

/** The WebSocket API as an AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0). */
export function asyncApiDocument(): object {
  const { schemas, refTo } = asyncApiSchemas();
  const requestId = ref('components', 'schemas', 'RequestId');
  const correlationId = { location: '$message.payload#/id' };
  const frame = (fields: object, required: string[]) => ({
    payload: { type: 'object', properties: fields, required },
  });
  const answered = (event: 'ack' | 'error', data: object) => ({
    correlationId,
    ...frame({ event: { const: event }, id: requestId, data }, ['event', 'id', 'data']),
  });

  const messages: Record<string, object> = {};
  const operations: Record<string, object> = {};
  for (const [action, summary] of Object.entries(actions) as [Action, string][]) {
    const needsData = !clientToServer[action].safeParse({}).success;
    const data = refTo(clientToServer[action]);
    messages[action] = {
      summary,
      correlationId,
      ...frame(
        { action: { const: action }, id: requestId, data },
        needsData ? ['action', 'data'] : ['action'],
      ),
    };
    messages[`${action}.ack`] = {
      summary: `The answer to \`${action}\`, if it had an id.`,
      ...answered('ack', refTo(replies[action])),
    };
    const answers = [inChannel(`${action}.ack`), inChannel('refusal')];
    operations[action] = {
      action: 'receive',
      summary,
      channel,
      messages: [inChannel(action)],
      reply: { channel, messages: answers },
    };
  }
  messages.refusal = {
    summary: 'The answer to any action that had an id and was refused.',
    ...answered('error', refTo(errorSchema)),
  };
  for (const [event, schema] of Object.entries(serverToClient)) {
    const { description: summary } = schema;
    messages[event] = {
      summary,
      ...frame({ event: { const: event }, data: refTo(schema) }, ['event', 'data']),
    };
    operations[event] = { action: 'send', summary, channel, messages: [inChannel(event)] };
  }

  return {
    asyncapi: '3.0.0',
    info: { ...about, description },
    defaultContentType: 'application/json',
    servers: {
      deployed: {
        host: '{domain}',
        pathname: '/prod',
        protocol: 'wss',
        description: 'Where an issuer is set, its token is in the query, or the second subprotocol.',
        variables: {
          domain: { description: 'Of the WebSocket API: `{api}.execute-api.{region}.amazonaws.com`.' },
        },
      },
      local: {
        host: 'localhost:{port}',
        pathname: '/prod',
        protocol: 'ws',
        description: 'The local stack.',
        variables: { port: { default: '5000' } },
      },
    },
    channels: {
      chat: {
        address: '/',
        description: 'One connection. It is in one event at a time.',
        messages: Object.fromEntries(Object.keys(messages).map((name) => [name, inComponents(name)])),
        bindings: {
          ws: {
            query: {
              type: 'object',
              properties: { token: { type: 'string', description: 'Of the issuer.' } },
            },
            bindingVersion: '0.1.0',
          },
        },
      },
    },
    operations,
    components: { messages, schemas },
  };
}
