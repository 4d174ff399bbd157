import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A token of an operator, and of somebody without rights; empty when there is none, as without an issuer. */
    operatorToken: string;
    userToken: string;
  }
}

/**
 * The stage that the environment names, for `npm test -- deployed`. With an issuer, an operator's token is in OPERATOR_TOKEN, or comes from
 * TOKEN_URL for CLIENT_ID and CLIENT_SECRET (https://www.rfc-editor.org/rfc/rfc6749#section-4.4).
 */
export default async function setup({ provide }: TestProject) {
  const { CHAT_URL = '', EVENTS_URL = '', OPERATOR_TOKEN, USER_TOKEN = '' } = process.env;
  provide('isDeployed', true);
  provide('chatUrl', CHAT_URL);
  provide('eventsUrl', EVENTS_URL);
  provide('operatorToken', OPERATOR_TOKEN || (await tokenOfClient()));
  provide('userToken', USER_TOKEN);
}

async function tokenOfClient(): Promise<string> {
  const { TOKEN_URL, CLIENT_ID = '', CLIENT_SECRET = '', TOKEN_SCOPE, TOKEN_AUDIENCE } = process.env;
  if (!TOKEN_URL) return '';
  const body = new URLSearchParams({
    ...{ grant_type: 'client_credentials', scope: TOKEN_SCOPE || 'chat:operate' },
    ...(TOKEN_AUDIENCE && { audience: TOKEN_AUDIENCE }),
  });
  const credentials = Buffer.from(`${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(CLIENT_SECRET)}`);
  const authorization = `Basic ${credentials.toString('base64')}`;
  const response = await fetch(TOKEN_URL, { method: 'POST', headers: { authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`TOKEN_URL ${TOKEN_URL} was answered with ${response.status}: ${text}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}
