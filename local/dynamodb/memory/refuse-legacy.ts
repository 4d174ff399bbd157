import { invalid } from './errors.ts';

/** What expressions have replaced in 2014. */
const legacy = new Set([
  ...['AttributesToGet', 'AttributeUpdates', 'ConditionalOperator', 'Expected'],
  ...['KeyConditions', 'QueryFilter', 'ScanFilter'],
]);

/** Rather than to leave out what a request asks for. */
export function refuseLegacy(input: object): void {
  for (const name in input) {
    if (legacy.has(name))
      throw invalid(
        `${name} is not known to the DynamoDB in memory; use an expression, or DynamoDB Local (--dynamodb local)`,
      );
  }
}
