import { inject } from 'vitest';

/** A token of the suite's issuer with these claims; `seconds` is how long it is good for. */
export async function token(claims: Record<string, string>, url = inject('issuerUrl')): Promise<string> {
  const response = await fetch(`${url}/token?${new URLSearchParams(claims)}`);
  return response.text();
}

/** The header that shows a token to the HTTP API. */
export const bearer = (shown: string): Record<string, string> => ({ authorization: `Bearer ${shown}` });
