import type { HttpRoute } from '../model.ts';

export interface RouteMatch {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly route: HttpRoute;
  readonly method: string;
  readonly segments: readonly string[];
}

/**
 * Finds the route of a request: the most specific path wins, segment by segment (text, then `{parameter}`, then
 * `{greedy+}`), then the method's own route over `ANY`, and last of all `$default`.
 *
 * "Create routes for HTTP APIs in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export class Router {
  readonly #patterns: readonly Pattern[];
  readonly #default: HttpRoute | undefined;

  constructor(routes: readonly HttpRoute[]) {
    this.#default = routes.find((route) => route.routeKey === '$default');
    this.#patterns = routes
      .filter((route) => route !== this.#default)
      .map(patternOf)
      .sort(bySpecificity);
  }

  /** @param path percent-decoded as a whole, so that an encoded slash separates segments as any other does */
  match(method: string, path: string): RouteMatch | undefined {
    const segments = path.split('/').slice(1);
    for (const pattern of this.#patterns) {
      if (pattern.method !== method && pattern.method !== 'ANY') continue;
      const pathParameters = matchPath(pattern.segments, segments);
      if (pathParameters) return { route: pattern.route, pathParameters };
    }
    return this.#default && { route: this.#default, pathParameters: {} };
  }

  /** Whether a route other than `$default` has this path, whatever its method. */
  has(path: string): boolean {
    const segments = path.split('/').slice(1);
    return this.#patterns.some((pattern) => matchPath(pattern.segments, segments) !== undefined);
  }
}

function patternOf(route: HttpRoute): Pattern {
  const [method = '', path = ''] = route.routeKey.split(' ');
  return { route, method, segments: path.split('/').slice(1) };
}

const isParameter = (segment: string) => segment.startsWith('{') && segment.endsWith('}');
const isGreedy = (segment: string) => isParameter(segment) && segment.endsWith('+}');
const rank = (segment: string | undefined) =>
  segment === undefined ? 3 : isGreedy(segment) ? 2 : isParameter(segment) ? 1 : 0;

function bySpecificity(a: Pattern, b: Pattern): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(a.segments[i]) - rank(b.segments[i]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function matchPath(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, segment] of pattern.entries()) {
    const actual = path[i];
    if (actual === undefined) return undefined;
    if (isGreedy(segment)) {
      const rest = path.slice(i).join('/');
      return rest === '' ? undefined : { ...parameters, [segment.slice(1, -2)]: rest };
    }
    if (isParameter(segment)) {
      if (actual === '') return undefined;
      parameters[segment.slice(1, -1)] = actual;
    } else if (segment !== actual) {
      return undefined;
    }
  }
  return path.length === pattern.length ? parameters : undefined;
}
