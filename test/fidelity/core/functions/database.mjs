import dynamodb from '@aws-sdk/client-dynamodb';

const client = new dynamodb.DynamoDBClient({ maxAttempts: 1 });

// Runs the given commands one after the other: `[['PutItem', {…}], …]`, with the table filled in.
export const handler = async ({ commands }) => {
  const outputs = [];
  for (const [name, input] of commands) {
    const text = JSON.stringify(input).replaceAll('$TABLE', process.env.TABLE);
    const { $metadata, ...output } = await client.send(new dynamodb[`${name}Command`](JSON.parse(text)));
    outputs.push(output);
  }
  return outputs;
};
