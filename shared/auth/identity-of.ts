import type { JWTPayload } from 'jose';
import type { Identity } from '../identity.ts';
import { participantIdOfSubject } from '../ids.ts';
import { presentable } from '../protocol/characters.ts';
import { ChatError } from '../protocol/errors.ts';
import { allowedMetadata } from '../protocol/metadata-rules.ts';
import type { ChatSettings } from '../settings.ts';

/** The end of the year 9999, milliseconds. */
const END_OF_TIME = 253_402_300_799_999;

/** The identity in the claims of a verified token (docs/security.md, "Tokens"). Throws `UNAUTHORIZED` if there is none. */
export function identityOf(claims: JWTPayload, settings: ChatSettings, clockSkewSeconds: number): Identity {
  const { iss = '', sub, exp = 0 } = claims;
  const names = [claims[settings['auth.usernameClaim']], claims.preferred_username, sub];
  const username = names.map(nameIn).find((name) => name !== undefined);
  if (typeof sub !== 'string' || sub === '' || username === undefined) {
    throw new ChatError('UNAUTHORIZED', { reason: 'The token has no subject or no usable username.' });
  }
  const metadata = allowedMetadata(claims[settings['auth.metadataClaim']]);
  const scopes = scopesOf(claims, settings['auth.rightsClaim']);
  return {
    participantId: participantIdOfSubject(iss, sub),
    username,
    ...(metadata && { metadata }),
    rights: [
      ...(scopes.has(settings['auth.moderatorScope']) ? (['moderate'] as const) : []),
      ...(scopes.has(settings['auth.operatorScope']) ? (['operate'] as const) : []),
    ],
    // Issuers may say parts of a second, or name a time that no date and no number of the table can hold.
    expiresAt: Math.min(Math.floor((exp + clockSkewSeconds) * 1000), END_OF_TIME),
  };
}

const nameIn = (claim: unknown) => (typeof claim === 'string' ? presentable(claim) : undefined);

/** Lists, or text with spaces between: RFC 8693 has `scope` so. */
function scopesOf(claims: JWTPayload, rightsClaim = 'scope'): Set<unknown> {
  const values = ['scope', 'scp', 'permissions', rightsClaim].map((name) => claims[name]);
  return new Set(values.flatMap((value) => (typeof value === 'string' ? value.split(' ') : value)));
}
