import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const client = new LambdaClient({});

// Invokes another function, `concurrently` as often as said, or itself `depth` times over.
export const handler = async ({ functionName, payload, concurrently, depth }, context) => {
  if (depth === 0) return { depth };
  const next = depth === undefined ? payload : { depth: depth - 1 };
  const invoke = async () => {
    const { Payload, FunctionError, StatusCode } = await client.send(
      new InvokeCommand({
        FunctionName: functionName ?? context.functionName,
        Payload: JSON.stringify(next),
      }),
    );
    return { StatusCode, FunctionError, payload: JSON.parse(Buffer.from(Payload).toString()) };
  };
  return concurrently === undefined ? invoke() : Promise.all(Array.from({ length: concurrently }, invoke));
};
