/**
 * List prices in us-east-1, US dollars, as of November 2026; other regions differ by some percent.
 * https://aws.amazon.com/api-gateway/pricing/, https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const prices = {
  /** Of up to 32 KB, in either direction. */
  webSocketMessage: 1 / 1e6,
  httpRequest: 1 / 1e6,
  /** A GB-second on ARM. */
  lambdaGbSecond: 0.0000133334,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
} as const;
