import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll } from 'vitest';

// Whatever a file has the client do instead, the next one in the same worker must not find.
const client = DynamoDBDocumentClient.prototype;
const { send } = client;
afterAll(() => {
  client.send = send;
});
