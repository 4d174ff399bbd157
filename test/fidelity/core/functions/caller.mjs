import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const client = new LambdaClient({});

// Invokes another function, or itself `depth` times over.
export const handler = async ({ functionName, payload, depth }, context) => {
  if (depth === 0) return { depth };
  const next = depth === undefined ? payload : { depth: depth - 1 };
  const { Payload, FunctionError, StatusCode } = await client.send(
    new InvokeCommand({ FunctionName: functionName ?? context.functionName, Payload: JSON.stringify(next) }),
  );
  return { StatusCode, FunctionError, payload: JSON.parse(Buffer.from(Payload).toString()) };
};
