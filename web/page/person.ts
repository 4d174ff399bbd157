import type { Config } from './config.ts';
import { ofTab } from './stores.ts';

/** Somebody whom tokens are about. */
export interface Person {
  name: string;
  isOperator: boolean;
  /** Of the moment, since tokens end. */
  token: () => Promise<string>;
}

interface Kept {
  name: string;
  scope: string;
  /** A token that was pasted; without it, the local issuer is asked for one each time. */
  token?: string;
}

/** Whom the local issuer is asked for. */
export const examples: readonly Kept[] = [
  { name: 'Ana', scope: '' },
  { name: 'Moderator', scope: 'chat:moderate' },
  { name: 'Operator', scope: 'chat:operate' },
];

const KEY = 'person';

export function keepPerson(kept: Kept | undefined): void {
  if (kept) ofTab.setItem(KEY, JSON.stringify(kept));
  else ofTab.removeItem(KEY);
}

/** Who has signed in in this tab. */
export function keptPerson({ issuer }: Config): Person | undefined {
  const text = ofTab.getItem(KEY);
  if (!issuer || text === null) return undefined;
  const { name, scope, token } = JSON.parse(text) as Kept;
  return {
    name,
    isOperator: scope.split(' ').includes('chat:operate'),
    token: async () => token ?? (await tokenOf(issuer.url, name, scope)),
  };
}

async function tokenOf(issuer: string, name: string, scope: string): Promise<string> {
  const query = new URLSearchParams({ sub: name.toLowerCase(), name, ...(scope && { scope }) });
  const response = await fetch(`${issuer}/token?${query}`);
  if (!response.ok) throw new Error('The issuer gave no token.');
  return response.text();
}

/** What a pasted token says about its bearer. It is the server that checks it. */
export function readToken(token: string): Kept {
  const [, payload = ''] = token.split('.');
  const json = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(json, (c) => c.charCodeAt(0))));
  const { name = claims.preferred_username ?? claims.sub, scope = '' } = claims;
  return { name: String(name), scope: String(scope), token };
}
