/** Evaluates a route selection expression over the text of a message; gives a route key or what looks like one. */
export type RouteSelector = (body: string) => string;

/**
 * Compiles a route selection expression: `$request.body.action`, `${request.body.a.b}`, or several of the latter with
 * text between them. What is missing in the body is empty, what is no string is made one, and a body that is no JSON
 * selects `$default`.
 *
 * "WebSocket selection expressions in API Gateway":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export function routeSelector(expression: string): RouteSelector {
  const template = expression.replace(/^\$(request\..+)$/, '$${$1}');
  return (body) => {
    const message = parse(body);
    if (message === undefined) return '$default';
    return template.replace(/\$\{request\.body((?:\.[^.}]+)*)\}/g, (_, path: string) =>
      asText(at(message.value, path)),
    );
  };
}

/**
 * The route of a message: the one whose key is exactly the selected one, otherwise `$default`, otherwise none. A
 * message cannot select `$connect` or `$disconnect`.
 */
export function routeOf<Route>(routes: ReadonlyMap<string, Route>, selected: string): Route | undefined {
  const reserved = selected === '$connect' || selected === '$disconnect';
  return (reserved ? undefined : routes.get(selected)) ?? routes.get('$default');
}

function parse(body: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** Follows a path such as `.chat.rooms[0]`. */
function at(value: unknown, path: string): unknown {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  return keys.reduce<unknown>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (!isObject(value)) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // Nested too deep to be written, though it could be read: no route is called that.
    return '';
  }
}
