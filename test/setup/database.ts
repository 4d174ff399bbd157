import type { TestProject } from 'vitest/node';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/** One DynamoDB Local for the store's tests. */
export default async function setup({ provide }: TestProject) {
  const database = await startDynamoDB();
  provide('dynamodbEndpoint', database.endpoint);
  return () => database.stop();
}
