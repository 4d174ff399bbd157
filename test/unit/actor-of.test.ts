import type { Context } from 'hono';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chatSettings } from '../../shared/settings.ts';
import { refusedWith } from '../support/tokens.ts';

/** Where there is no issuer: API Gateway says who calls. */
let actorOf: typeof import('../../functions/http/actor-of.ts')['actorOf'];
beforeAll(async () => {
  const SETTINGS = JSON.stringify(chatSettings.parse({}));
  const MANAGEMENT_ENDPOINT = 'http://127.0.0.1:9';
  for (const [name, value] of Object.entries({
    SETTINGS,
    STACK_NAME: 's',
    TABLE_NAME: 't',
    MANAGEMENT_ENDPOINT,
  }))
    vi.stubEnv(name, value);
  ({ actorOf } = await import('../../functions/http/actor-of.ts'));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const actorIn = (requestContext: object) =>
  actorOf({ env: { event: { requestContext } }, req: { method: 'GET' } } as Context);

test('a caller with IAM credentials is an operator', async () => {
  const userArn = 'arn:aws:iam::123456789012:user/olga';
  expect(await actorIn({ authorizer: { iam: { userArn } } })).toEqual({ name: userArn, rights: ['operate'] });
});

test.for([
  [{}],
  [{ authorizer: null }],
  [{ authorizer: { iam: null } }],
  [{ authorizer: { jwt: { claims: { sub: 'olga' } } } }],
])('a caller that API Gateway says nothing of is nobody: %j', async ([requestContext]) => {
  expect(await refusedWith(actorIn(requestContext as object))).toMatchObject({ code: 'UNAUTHORIZED' });
});
