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
