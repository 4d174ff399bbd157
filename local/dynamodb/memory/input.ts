/** The parts of requests that several operations have, in DynamoDB's own shapes. */

export interface Expressions {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

export interface WriteInput extends Expressions {
  readonly TableName: string;
  readonly Key?: object;
  readonly Item?: object;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ReturnConsumedCapacity?: string;
}

export interface ReadInput extends Expressions {
  readonly TableName: string;
  readonly Key?: object;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: string;
}

export interface QueryInput extends ReadInput {
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: object;
  readonly ScanIndexForward?: boolean;
  readonly Select?: string;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

export interface TransactInput {
  readonly TransactItems?: readonly Readonly<Record<string, WriteInput>>[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
}

export interface BatchGetInput {
  readonly RequestItems?: Readonly<
    Record<string, Omit<ReadInput, 'TableName'> & { readonly Keys?: object[] }>
  >;
  readonly ReturnConsumedCapacity?: string;
}

export interface BatchWriteInput {
  readonly RequestItems?: Readonly<
    Record<
      string,
      readonly { readonly PutRequest?: { Item: object }; readonly DeleteRequest?: { Key: object } }[]
    >
  >;
  readonly ReturnConsumedCapacity?: string;
}
