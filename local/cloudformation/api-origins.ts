/** An `AWS::ApiGatewayV2::Api` with the names of its stages. */
export interface ApiWithStages {
  readonly apiId: string;
  readonly name: string;
  /** `WEBSOCKET` or `HTTP`. */
  readonly protocol: string;
  readonly stageNames: readonly string[];
}

/** An API where it is on this machine. */
export interface LocalApi extends ApiWithStages {
  /** What takes the place of the API's own host: `http://localhost:5000`, or below that `/{apiId}`. */
  readonly origin: string;
  /** Of each stage. */
  readonly urls: readonly string[];
}

/** An API is at the origin, or below its id if an earlier API of the same kind has a stage of the same name. */
export function localApis(apis: readonly ApiWithStages[], localOrigin: string): LocalApi[] {
  const taken = new Set<string>();
  return apis.map((api) => {
    const names = api.stageNames.map((name) => `${api.protocol} ${name}`);
    const origin = names.some((name) => taken.has(name)) ? `${localOrigin}/${api.apiId}` : localOrigin;
    for (const name of names) taken.add(name);
    const base = api.protocol === 'WEBSOCKET' ? origin.replace(/^http:/, 'ws:') : origin;
    const urls = api.stageNames.map((name) => (name === '$default' ? base : `${base}/${name}`));
    return { ...api, origin, urls };
  });
}

/**
 * Puts local addresses in the place of those on AWS.
 *
 * @param origins by the ids of APIs and the domains of distributions
 */
export function toLocalOrigin(text: string, origins: ReadonlyMap<string, string>): string {
  return text.replace(/(https|wss):\/\/([a-z0-9.-]+)(?::443)?/g, (url, scheme: string, host: string) => {
    const origin = origins.get(host.replace(/\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/, ''));
    if (origin === undefined) return url;
    return scheme === 'wss' ? origin.replace(/^http:/, 'ws:') : origin;
  });
}
