/** An `AWS::ApiGatewayV2::Api` with the names of its stages. */
export interface ApiWithStages {
  readonly apiId: string;
  /** `WEBSOCKET` or `HTTP`. */
  readonly protocol: string;
  readonly stageNames: readonly string[];
}

/**
 * What takes the place of each API's own host, by its id: the origin, or below it `/{apiId}` if an earlier API of the same
 * kind has a stage of the same name.
 */
export function apiOrigins(apis: readonly ApiWithStages[], origin: string): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    apis.map(({ apiId, protocol, stageNames }) => {
      const names = stageNames.map((name) => `${protocol} ${name}`);
      const isShared = names.some((name) => taken.has(name));
      for (const name of names) taken.add(name);
      return [apiId, isShared ? `${origin}/${apiId}` : origin];
    }),
  );
}
