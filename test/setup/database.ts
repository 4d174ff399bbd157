import type { TestProject } from 'vitest/node';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/**
 * One DynamoDB Local for all tables of a project. Not for chat stacks: the more it holds, the slower are its new tables
 * (six times with 8,000 items in another).
 */
export default async function setup({ provide }: TestProject) {
  const database = await startDynamoDB();
  provide('dynamodbEndpoint', database.endpoint);
  return () => database.stop();
}
