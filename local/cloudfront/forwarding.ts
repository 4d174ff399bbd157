import type { EdgeRequest, HeaderLine } from './message.ts';
import type { Origin, Parameters } from './resources.ts';

/**
 * What reaches an origin whatever the policies say: what describes the body, the connection or a condition. The host stays,
 * because here every origin is at the host that the client asked.
 */
const alwaysForwarded =
  /^(cache-control|connection|content-.*|date|expect|host|if-.*|pragma|range|sec-websocket-(key|version)|transfer-encoding|upgrade)$/;

/**
 * The request to the origin: only what the cache policy or the origin request policy of the behavior names.
 *
 * "Control origin requests with a policy":
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
 */
export function originRequest(
  request: EdgeRequest,
  policies: readonly Parameters[],
  origin: Origin,
  ids: { viewerIp: string; requestId: string; domainName: string },
): EdgeRequest {
  const headers = request.headers.flatMap((line) => forwardedHeader(line, request.method, policies));
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const already = request.headers.find(([name]) => name.toLowerCase() === 'x-forwarded-for')?.[1];
  const added: HeaderLine[] = [
    ['X-Forwarded-For', already === undefined ? ids.viewerIp : `${already}, ${ids.viewerIp}`],
    ['Via', `1.1 ${ids.domainName} (CloudFront)`],
    ['X-Amz-Cf-Id', ids.requestId],
    ...(names.has('user-agent') ? [] : [['User-Agent', 'Amazon CloudFront'] as const]),
    ...origin.OriginCustomHeaders.map(({ HeaderName, HeaderValue }) => [HeaderName, HeaderValue] as const),
  ];
  const isAdded = new Set(added.map(([name]) => name.toLowerCase()));
  return {
    method: request.method,
    uri: origin.OriginPath + request.uri,
    query: forwardedQuery(request.query, policies),
    headers: [...headers.filter(([name]) => !isAdded.has(name.toLowerCase())), ...added],
  };
}

function forwardedHeader(
  [name, value]: HeaderLine,
  method: string,
  policies: readonly Parameters[],
): HeaderLine[] {
  const lower = name.toLowerCase();
  if (lower === 'cookie') return forwardedCookies(value, policies);
  // "Authorization" of other requests is forwarded only if a policy says so.
  const isWrite = !/^(GET|HEAD|OPTIONS)$/.test(method);
  const isForwarded =
    alwaysForwarded.test(lower) ||
    (lower === 'authorization' && isWrite) ||
    policies.some(({ HeadersConfig: { HeaderBehavior, Headers } }) =>
      selects(HeaderBehavior, Headers, lower, true),
    );
  return isForwarded ? [[name, value]] : [];
}

function forwardedCookies(value: string, policies: readonly Parameters[]): HeaderLine[] {
  const cookies = value.split(/;\s*/).filter((cookie) => {
    const name = cookie.split('=')[0] ?? '';
    return policies.some(({ CookiesConfig: { CookieBehavior, Cookies } }) =>
      selects(CookieBehavior, Cookies, name),
    );
  });
  return cookies.length > 0 ? [['Cookie', cookies.join('; ')]] : [];
}

function forwardedQuery(query: string, policies: readonly Parameters[]): string {
  const isForwarded = (pair: string) =>
    policies.some(({ QueryStringsConfig: { QueryStringBehavior, QueryStrings } }) =>
      selects(QueryStringBehavior, QueryStrings, pair.split('=')[0] ?? ''),
    );
  return query.split('&').filter(isForwarded).join('&');
}

function selects(behavior: string, names: readonly string[], name: string, ignoreCase = false): boolean {
  const isNamed = names.some((other) => (ignoreCase ? other.toLowerCase() : other) === name);
  if (behavior === 'whitelist') return isNamed;
  if (behavior === 'allExcept') return !isNamed;
  return behavior.startsWith('all');
}
