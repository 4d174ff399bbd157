import type { Settings } from './context-settings.ts';

export interface ReadOptions {
  /** Whether they are for the local stack, where an issuer need not have https. */
  isLocal?: boolean;
  /** Whether a value stands for one that is known at deployment only. Such values are not looked at. */
  isToken?: (value: unknown) => boolean;
}

/** What is wrong with settings of which each one is right. */
export function* faultsOf(settings: Settings, options: Required<ReadOptions>): Generator<string> {
  yield* issuerFaults(settings, options);
  yield* edgeFaults(settings);
  yield* tableFaults(settings, options);
  yield* hookFaults(settings);
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Faults of the issuer that its schema cannot express. */
function* issuerFaults(
  { 'auth.issuer': issuer, 'auth.audience': audience }: Settings,
  { isLocal, isToken }: Required<ReadOptions>,
): Generator<string> {
  if (audience !== undefined && issuer === undefined) yield 'auth.issuer: is required with auth.audience';
  if (issuer === undefined) return;
  // Without it, tokens that the issuer made for other applications would be accepted.
  if (audience === undefined) yield 'auth.audience: is required with auth.issuer';
  if (isToken(issuer)) return;
  const { protocol, hostname, href, origin, pathname } = new URL(issuer);
  // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
  if (href !== origin + pathname) yield 'auth.issuer: must not contain a user, a query or a fragment';
  if (protocol === 'https:') return;
  if (protocol !== 'http:' || !isLocal || !LOOPBACK.includes(hostname)) {
    yield 'auth.issuer: must begin with https:// (on the local stack, http:// on this machine is also accepted)';
  }
}

const edgeKeys = ['domainName', 'certificateArn', 'hostedZoneId', 'webAclArn'] as const;

/** Faults of the edge's settings that the schema cannot express. */
function* edgeFaults(settings: Settings): Generator<string> {
  const { edge, domainName, certificateArn, hostedZoneId } = settings;
  for (const key of edgeKeys) {
    if (!edge && settings[key] !== undefined) yield `${key}: has no effect with edge=false`;
  }
  if (domainName !== undefined && certificateArn === undefined) {
    yield 'certificateArn: is required with domainName';
  }
  for (const [key, value] of Object.entries({ certificateArn, hostedZoneId })) {
    if (value !== undefined && domainName === undefined) yield `domainName: is required with ${key}`;
  }
}

/** A table is given by its name and its stream, which must be of that table. */
function* tableFaults(
  { tableName, tableStreamArn, ephemeral }: Settings,
  { isToken }: Required<ReadOptions>,
): Generator<string> {
  if (tableName === undefined) {
    if (tableStreamArn !== undefined) yield 'tableName: is required with tableStreamArn';
    return;
  }
  if (ephemeral) yield 'ephemeral: has no effect with tableName, whose table is nobody’s to delete';
  if (tableStreamArn === undefined) yield 'tableStreamArn: is required with tableName';
  else if (!isToken(tableName) && !isToken(tableStreamArn)) {
    const [, ofTable] = tableStreamArn.split('/');
    if (ofTable !== tableName) yield `tableStreamArn: is the stream of ${ofTable}, not of ${tableName}`;
  }
}

/** What has no effect alone: whoever sets it believes that messages are reviewed, or that events are published. */
function* hookFaults(settings: Settings): Generator<string> {
  const { 'review.function': reviewer, 'review.fallback': fallback } = settings;
  if (reviewer === undefined && fallback === 'deny') {
    yield 'review.fallback: has no effect without review.function';
  }
  if (settings['events.busArn'] === undefined && settings['events.messages']) {
    yield 'events.messages: has no effect without events.busArn';
  }
}
