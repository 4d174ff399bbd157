import type { TestProject } from 'vitest/node';
import { runChat } from '../support/run-chat.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `ws://localhost:PORT/prod`, or the deployed stage. */
    chatUrl: string;
    /** `http://localhost:PORT/api/events`, or the deployed one; empty when it was not given. */
    eventsUrl: string;
    /** Whether the stack is on AWS: with limits, and writes that need credentials. */
    isDeployed: boolean;
  }
}

/** Senders of a test do not wait; the limits have a test of their own. */
export const unlimited = {
  sendsPerSecond: 1_000,
  sendBurst: 1_000,
  joinsPerSecond: 1_000,
  // Else tabs that join at once are too fast as soon as one of their Lambdas is ten milliseconds slow.
  joinBurst: 1_000,
  typingPerSecond: 1_000,
  reactsPerSecond: 1_000,
  reactBurst: 1_000,
  // The hostile suites send thousands of frames on one connection.
  requestsPerSecond: 10_000,
  requestBurst: 100_000,
};

/** Over the former: as in a chat that nobody has configured. */
export const unset = Object.fromEntries(Object.keys(unlimited).map((name) => [name, undefined]));

/** One stack for a whole suite, unless `CHAT_URL` (and `EVENTS_URL`) name a deployed one. */
export const chatStack =
  (run: typeof runChat) =>
  async ({ provide, config }: TestProject) => {
    const { CHAT_URL, EVENTS_URL = '' } = process.env;
    provide('isDeployed', Boolean(CHAT_URL));
    if (CHAT_URL) {
      provide('chatUrl', CHAT_URL);
      provide('eventsUrl', EVENTS_URL);
      return undefined;
    }
    const stack = await run(unlimited, { dynamodbKind: config.env?.DYNAMODB });
    provide('chatUrl', `${stack.outputs.WebSocketUrl}`);
    provide('eventsUrl', `${stack.outputs.EventsUrl}`);
    return () => stack.stop();
  };

export default chatStack(runChat);
