import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { startIssuer } from '../../local/issuer.ts';

test('what it cannot answer is not found, and does not end the issuer', async () => {
  const issuer = await startIssuer();
  onTestFinished(() => issuer.stop());
  expect((await fetch(`${issuer.url}//`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/nothing`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/token?sub=ana&seconds=many`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/keys`)).status).toBe(200);
});

test('claims are text, or what their JSON says', async () => {
  const issuer = await startIssuer();
  onTestFinished(() => issuer.stop());
  const query = new URLSearchParams({
    sub: '7',
    name: '[mod] Mia',
    chat_metadata: '{"team":"red"}',
    seconds: '60',
  });
  const token = await (await fetch(`${issuer.url}/token?${query}`)).text();
  expect(decodeJwt(token)).toMatchObject({ sub: '7', name: '[mod] Mia', chat_metadata: { team: 'red' } });
});
