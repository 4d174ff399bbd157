/** What a DynamoDB refused, by its error code such as `ResourceInUseException`. */
export class DynamoDBError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = this.code = code;
  }
}

/** DynamoDB Local wants to see a signature and does not check it. */
export const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/**
 * One call of DynamoDB's wire protocol. Items stay as the wire has them (`{"S": "…"}`), which is also how Lambda hands
 * stream records to functions.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export const callDynamoDB = (endpoint: string, operation: string, input: object) =>
  call(endpoint, `DynamoDB_20120810.${operation}`, input);

export const callDynamoDBStreams = (endpoint: string, operation: string, input: object) =>
  call(endpoint, `DynamoDBStreams_20120810.${operation}`, input);

async function call(endpoint: string, target: string, input: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, authorization },
    body: JSON.stringify(input),
  });
  const output: unknown = await response.json();
  if (response.ok) return output;
  const { __type = 'Unknown', message, Message } = output as Record<string, string | undefined>;
  throw new DynamoDBError(__type.split('#').at(-1) ?? __type, message ?? Message ?? __type);
}
