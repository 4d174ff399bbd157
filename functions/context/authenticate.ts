import { authenticator } from '../../shared/auth/authenticate.ts';
import { environment } from './environment.ts';

/** Undefined without an issuer. Keeps the issuer's keys from one invocation to the next. */
export const authenticate = authenticator(environment.settings);
