/** One thing that AWS would put on a bill. */
export type Metered =
  /** One request to DynamoDB: its capacity units. What failed because of a condition counts as one unit an item. */
  | {
      readonly what: 'dynamodb';
      /** Of the function that asked for it. */
      readonly logicalId: string | undefined;
      readonly operation: string;
      readonly readUnits: number;
      readonly writeUnits: number;
    }
  /** One run of a function; `ms` as long as it took here. */
  | { readonly what: 'invocation'; readonly logicalId: string; readonly ms: number }
  /** One WebSocket message, of a client or to one. */
  | { readonly what: 'message'; readonly direction: 'in' | 'out'; readonly bytes: number };

export type Meter = (metered: Metered) => void;

/** Meters requests to DynamoDB as those of the function whose execution environment made them. */
export const dynamodbMeter =
  (meter: Meter, functionOf: (environmentId: string) => string | undefined) =>
  (environmentId: string, operation: string, consumed: { readUnits: number; writeUnits: number }): void =>
    meter({ what: 'dynamodb', logicalId: functionOf(environmentId), operation, ...consumed });
