import type { TestProject } from 'vitest/node';
import { AUDIENCE, startIssuer } from '../../local/issuer.ts';
import { runChat } from '../support/run-chat.ts';
import { unlimited } from './chat-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whose tokens the chat takes; `GET /token?sub=…` gives one. */
    issuerUrl: string;
  }
}

/** One stack for all suites that need tokens, and their issuer. */
export const chatWithIssuer =
  (run: typeof runChat) =>
  async ({ provide, config }: TestProject) => {
    const issuer = await startIssuer();
    const settings = { ...unlimited, 'auth.issuer': issuer.url, 'auth.audience': AUDIENCE };
    const stack = await run(settings, { dynamodbKind: config.env?.DYNAMODB });
    provide('isDeployed', false);
    // Got when they are needed: the clock of the stack goes on.
    provide('operatorToken', '');
    provide('userToken', '');
    provide('issuerUrl', issuer.url);
    provide('chatUrl', `${stack.outputs.WebSocketUrl}`);
    provide('eventsUrl', `${stack.outputs.EventsUrl}`);
    return async () => {
      await stack.stop();
      await issuer.stop();
    };
  };

export default chatWithIssuer(runChat);
