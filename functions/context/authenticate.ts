import { authenticator, type Identify } from '../../shared/auth/authenticate.ts';
import { environment } from './environment.ts';

/** Undefined without an issuer. Keeps the issuer's keys from one invocation to the next. */
export const authenticate = authenticator(environment.settings);

/** The same for connections: where viewers need no token, whoever shows none is nobody. */
export const identify: Identify | undefined =
  authenticate &&
  (async (token) =>
    !token && environment.settings['auth.viewers'] === 'open' ? undefined : authenticate(token));
