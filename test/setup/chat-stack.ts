import type { TestProject } from 'vitest/node';
import { runChat } from '../support/run-chat.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `ws://localhost:PORT/prod`, or the deployed stage. */
    chatUrl: string;
    /** `http://localhost:PORT/api/events`, or the deployed one; empty when it was not given. */
    eventsUrl: string;
    /** Whether the stack is ours, with limits out of the way. */
    isLocal: boolean;
  }
}

/** Senders of a test do not wait; the limits have a test of their own. */
const unlimited = { sendsPerSecond: 1_000, sendBurst: 1_000, joinsPerSecond: 1_000, typingPerSecond: 1_000 };

/** One stack for the whole behaviour suite, unless `CHAT_URL` (and `EVENTS_URL`) name a deployed one. */
export default async function setup({ provide }: TestProject) {
  const { CHAT_URL, EVENTS_URL = '' } = process.env;
  provide('isLocal', CHAT_URL === undefined);
  if (CHAT_URL !== undefined) {
    provide('chatUrl', CHAT_URL);
    provide('eventsUrl', EVENTS_URL);
    return;
  }
  const stack = await runChat(unlimited);
  provide('chatUrl', `${stack.outputs.WebSocketUrl}`);
  provide('eventsUrl', `${stack.outputs.EventsUrl}`);
  return () => stack.stop();
}
