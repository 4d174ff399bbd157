import fc from 'fast-check';
import type { JWTPayload } from 'jose';
import { expect, test } from 'vitest';
import { identityOf } from '../../shared/auth/identity-of.ts';
import type { Identity } from '../../shared/identity.ts';
import { participantIdOf } from '../../shared/ids.ts';
import { metadata as metadataSchema } from '../../shared/protocol/metadata.ts';
import { username as usernameSchema } from '../../shared/protocol/text.ts';
import { chatSettings } from '../../shared/settings.ts';
import { type Connection, isDue } from '../../shared/store/connections.ts';
import { dueRank } from '../../shared/store/keys.ts';
import { refusedWith } from '../support/tokens.ts';

const issuer = 'https://issuer.example';
const of = (claims: Record<string, unknown>, settings: Record<string, string> = {}): Identity =>
  identityOf(
    { iss: issuer, sub: 'ana', exp: 1_000, ...claims } as JWTPayload,
    chatSettings.parse(settings),
    0,
  );
const refused = (claims: Record<string, unknown>) => refusedWith(Promise.resolve().then(() => of(claims)));
const nothingVisible = '\u200b\u2060\u00ad';

test.for<[what: string, claims: Record<string, unknown>, username: string]>([
  ['name first', { name: 'Ana', preferred_username: 'ana92' }, 'Ana'],
  ['then preferred_username', { preferred_username: 'ana92' }, 'ana92'],
  ['then sub', {}, 'ana'],
  ['no empty name', { name: '', preferred_username: 'ana92' }, 'ana92'],
  ['no blank name', { name: ' \u3000', preferred_username: '\t' }, 'ana'],
  ['no invisible name', { name: nothingVisible, preferred_username: 'ana92' }, 'ana92'],
  ['no number', { name: 7, preferred_username: 'ana92' }, 'ana92'],
  ['no list', { name: ['Ana'] }, 'ana'],
  ['no object', { name: { first: 'Ana' }, preferred_username: null }, 'ana'],
  ['no truth', { name: true }, 'ana'],
  ['trimmed', { name: '  Ana\u00a0' }, 'Ana'],
  ['without control characters', { name: 'A\u0000n\u001b[2Ja\u0085' }, 'An[2Ja'],
  ['without line ends', { name: 'Ana\r\nadmin: hello' }, 'Anaadmin: hello'],
  ['without marks of direction', { name: '\u202eanA\u2066\u200f' }, 'anA'],
  ['cut to 32 characters', { name: 'x'.repeat(100) }, 'x'.repeat(32)],
  ['cut between characters', { name: `${'x'.repeat(31)}👍` }, 'x'.repeat(31)],
  ['composed', { name: 'Zoe\u0308' }, 'Zoë'],
])('the username: %s', ([, claims, username]) => {
  expect(of(claims).username).toBe(username);
});

test('whatever the claims are, a username is one that a guest could have', () => {
  const claims = fc.record({ name: fc.anything(), preferred_username: fc.string({ unit: 'binary' }) });
  fc.assert(
    fc.property(claims, (some) => {
      const { username } = of(some);
      expect(usernameSchema.parse(username)).toBe(username);
    }),
  );
});

const fat = '€'.repeat(100);
test.for<[what: string, claim: unknown, metadata: object | undefined]>([
  ['what is allowed', { team: 'red', empty: '' }, { team: 'red', empty: '' }],
  ['nothing of a text', 'red', undefined],
  ['nothing of a list', ['red'], undefined],
  ['nothing of null', null, undefined],
  ['nothing of an empty object', {}, undefined],
  ['only strings', { team: 'red', level: 7, tags: ['a'], more: { a: 'b' }, no: null }, { team: 'red' }],
  ['no key that objects have', JSON.parse('{"__proto__":"x","constructor":"x","prototype":"x"}'), undefined],
  ['no control characters', { 'a\u0007': 'x', b: '\u001b[2J', c: 'fine\nlines' }, { c: 'fine\nlines' }],
  ['no half characters', { a: '\ud800' }, undefined],
  ['no long value', { long: 'x'.repeat(201), short: 'x' }, { short: 'x' }],
  ['no long key', { ['k'.repeat(33)]: 'x', '': 'y', k: 'z' }, { k: 'z' }],
  ['512 bytes, what comes first', { a: fat, b: fat, c: 'x' }, { a: fat, c: 'x' }],
  [
    'ten keys, what comes first',
    Object.fromEntries([...'abcdefghijkl'].map((key) => [key, key])),
    Object.fromEntries([...'abcdefghij'].map((key) => [key, key])),
  ],
])('the metadata: %s', ([, claim, metadata]) => {
  expect(of({ chat_metadata: claim }).metadata).toEqual(metadata);
});

test('whatever the claim is, the metadata are some that a guest could have', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.string({ unit: 'binary' }))),
      (claim) => {
        const kept = of({ chat_metadata: claim }).metadata;
        if (kept) expect(metadataSchema.parse(kept)).toEqual(kept);
      },
    ),
  );
});

test('a setting says which claim the metadata are in', () => {
  const claims = { 'https://example.com/chat': { team: 'red' }, chat_metadata: { team: 'blue' } };
  expect(of(claims, { 'auth.metadataClaim': 'https://example.com/chat' }).metadata).toEqual({ team: 'red' });
});

test('a setting says which claim the username is in', () => {
  const settings = { 'auth.usernameClaim': 'https://example.com/nick' };
  const claims = { 'https://example.com/nick': 'Nick', name: 'Nicholas', preferred_username: 'nick' };
  expect(of(claims, settings).username).toBe('Nick');
  expect(of({ ...claims, 'https://example.com/nick': 7 }, settings).username).toBe('nick');
});

test.for<[what: string, claims: Record<string, unknown>]>([
  ['no subject', { sub: undefined, name: 'Ana' }],
  ['a number for a subject', { sub: 7, name: 'Ana' }],
  ['an empty subject', { sub: '', name: 'Ana' }],
  ['a subject that cannot be shown, and no name', { sub: nothingVisible }],
])('a token with %s names nobody', async ([, claims]) => {
  expect(await refused(claims)).toMatchObject({
    code: 'UNAUTHORIZED',
    reason: 'The token has no subject or no usable username.',
  });
});

test('who somebody is depends on issuer and subject alone', () => {
  const { participantId } = of({ name: 'Ana' });
  expect(of({ name: 'Ana Maria', scope: 'chat:operate', exp: 2_000 }).participantId).toBe(participantId);
  const others = [
    of({ sub: 'Ana' }),
    of({ sub: 'ana ' }),
    of({ sub: '\u0430na' }),
    of({ iss: `${issuer}/` }),
    of({ iss: 'https://another.example' }),
  ].map((other) => other.participantId);
  expect(new Set([participantId, ...others]).size).toBe(6);
});

test('no guest is ever somebody whom a token names', () => {
  const { participantId } = of({});
  for (const secret of ['ana', `${issuer} ana`, `subject:${issuer} ana`, participantId]) {
    expect(participantIdOf(secret)).not.toBe(participantId);
  }
});

test.for<[claims: Record<string, unknown>, rights: string[], settings?: Record<string, string>]>([
  [{}, []],
  [{ scope: 'openid chat:moderate email' }, ['moderate']],
  [{ scope: 'chat:operate' }, ['operate']],
  [{ scope: 'chat:operate chat:moderate' }, ['moderate', 'operate']],
  [{ scp: ['chat:operate'] }, ['operate']],
  [{ scp: 'email chat:operate' }, ['operate']],
  [{ permissions: ['read', 'chat:moderate'] }, ['moderate']],
  [{ scope: 'openid', permissions: ['chat:moderate'], scp: 'chat:operate' }, ['moderate', 'operate']],
  [{ scope: 'chat:operate:read xchat:operate chat:operat' }, []],
  [{ scope: 'CHAT:OPERATE' }, []],
  [{ scope: 'chat:operate,chat:moderate' }, []],
  [{ scope: { 'chat:operate': true } }, []],
  [{ scope: [['chat:operate']] }, []],
  [{ scope: true, scp: 7, permissions: null }, []],
  [{ roles: ['chat:operate'], name: 'chat:operate', sub: 'chat:operate' }, []],
  [{ 'cognito:groups': ['chat:operate'] }, ['operate'], { 'auth.rightsClaim': 'cognito:groups' }],
  [{ scope: 'chat:operate' }, ['operate'], { 'auth.rightsClaim': 'cognito:groups' }],
  [
    { scope: 'staff crew' },
    ['moderate', 'operate'],
    { 'auth.moderatorScope': 'crew', 'auth.operatorScope': 'staff' },
  ],
  [{ scope: 'chat:operate' }, [], { 'auth.operatorScope': 'staff' }],
])('%j gives the rights %j', ([claims, rights, settings]) => {
  expect(of(claims, settings).rights).toEqual(rights);
});

test('a token runs out with what the clocks may differ by on top', () => {
  const { expiresAt } = identityOf({ iss: issuer, sub: 'ana', exp: 1_000 }, chatSettings.parse({}), 5);
  expect(expiresAt).toBe(1_005_000);
});

test('a token may run out at a part of a second; its connection is due after it', () => {
  const exp = 1_700_000_000.123_456_7;
  const { expiresAt } = identityOf({ iss: issuer, sub: 'ana', exp }, chatSettings.parse({}), 5);
  expect(expiresAt).toBe(1_700_000_005_123);
  const connection = { rank: dueRank(expiresAt) } as Connection;
  expect([expiresAt, expiresAt + 1].map((now) => isDue(connection, now))).toEqual([false, true]);
});
