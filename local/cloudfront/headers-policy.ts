import type { EdgeAnswer, EdgeRequest } from './message.ts';
import type { ResponseHeaders } from './resources.ts';

interface AddedHeader {
  readonly name: string;
  readonly value: string;
  /** Else a header that the origin sent stays. */
  readonly override: boolean;
}

/**
 * Applies a response headers policy: first it removes headers, then it adds its own.
 *
 * "Understand response headers policies":
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
 */
export function withHeadersPolicy(
  policy: ResponseHeaders | undefined,
  request: EdgeRequest,
  answer: EdgeAnswer,
): EdgeAnswer {
  if (!policy) return answer;
  const removed = new Set(policy.RemoveHeadersConfig.Items.map(({ Header }) => Header.toLowerCase()));
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !removed.has(name)));
  for (const { name, value, override } of addedBy(policy, request)) {
    if (override || headers[name] === undefined) headers[name] = value;
  }
  return { ...answer, headers };
}

function addedBy(policy: ResponseHeaders, request: EdgeRequest): AddedHeader[] {
  const custom = policy.CustomHeadersConfig.Items.map(({ Header, Value, Override }) => ({
    name: Header.toLowerCase(),
    value: Value,
    override: Override,
  }));
  return [
    ...corsHeaders(policy.CorsConfig, request),
    ...securityHeaders(policy.SecurityHeadersConfig),
    ...custom,
  ];
}

/** Only answers to requests with an origin get them, and those to preflights get more. */
function corsHeaders(cors: ResponseHeaders['CorsConfig'], request: EdgeRequest): AddedHeader[] {
  const origin = request.headers.find(([name]) => name.toLowerCase() === 'origin')?.[1];
  if (!cors || origin === undefined) return [];
  const origins = cors.AccessControlAllowOrigins.Items;
  const allowed = origins.includes('*') ? '*' : origins.find((one) => allowsOrigin(one, origin)) && origin;
  if (allowed === undefined) return [];
  const list = ({ Items }: { Items: string[] }) => (Items.length > 0 ? Items.join(', ') : undefined);
  const isPreflight = request.method === 'OPTIONS';
  const maxAge = cors.AccessControlMaxAgeSec;
  const headers: Record<string, string | undefined | false> = {
    'access-control-allow-origin': allowed,
    'access-control-allow-credentials': cors.AccessControlAllowCredentials && 'true',
    'access-control-expose-headers': list(cors.AccessControlExposeHeaders),
    'access-control-allow-methods': isPreflight && list(cors.AccessControlAllowMethods),
    'access-control-allow-headers': isPreflight && list(cors.AccessControlAllowHeaders),
    'access-control-max-age': isPreflight && maxAge !== undefined && String(maxAge),
  };
  return Object.entries(headers).flatMap(([name, value]) =>
    value ? [{ name, value, override: cors.OriginOverride }] : [],
  );
}

/** An origin, with or without its scheme, or every subdomain of one: `*.example.org`. */
function allowsOrigin(allowed: string, origin: string): boolean {
  const [scheme, host] = allowed.includes('://') ? allowed.split('://') : [undefined, allowed];
  const [actualScheme, actualHost = ''] = origin.split('://');
  if (scheme !== undefined && scheme !== actualScheme) return false;
  return host?.startsWith('*.') ? actualHost.endsWith(host.slice(1)) : host === actualHost;
}

function securityHeaders(config: ResponseHeaders['SecurityHeadersConfig']): AddedHeader[] {
  const { StrictTransportSecurity: hsts, XSSProtection: xss } = config;
  const hstsValue = [
    `max-age=${hsts?.AccessControlMaxAgeSec}`,
    ...(hsts?.IncludeSubdomains ? ['includeSubDomains'] : []),
    ...(hsts?.Preload ? ['preload'] : []),
  ].join('; ');
  const headers: [string, { Override: boolean } | undefined, string | undefined][] = [
    [
      'content-security-policy',
      config.ContentSecurityPolicy,
      config.ContentSecurityPolicy?.ContentSecurityPolicy,
    ],
    ['x-content-type-options', config.ContentTypeOptions, 'nosniff'],
    ['x-frame-options', config.FrameOptions, config.FrameOptions?.FrameOption],
    ['referrer-policy', config.ReferrerPolicy, config.ReferrerPolicy?.ReferrerPolicy],
    ['strict-transport-security', hsts, hstsValue],
    ['x-xss-protection', xss, xss?.Protection ? `1${xss.ModeBlock ? '; mode=block' : ''}` : '0'],
  ];
  return headers.flatMap(([name, setting, value]) =>
    setting && value !== undefined ? [{ name, value, override: setting.Override }] : [],
  );
}
