import type { TestProject } from 'vitest/node';
import { startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
    /** Whether it is our own model: chosen by the project or by `DYNAMODB=memory`, or for lack of Java. */
    isDynamoDBInMemory: boolean;
  }
}

/**
 * One DynamoDB for all tables of a project. Not for chat stacks: the more DynamoDB Local holds, the slower are its new tables
 * (six times with 8,000 items in another).
 */
export default async function setup({ provide, config }: TestProject) {
  const database = await startDynamoDB({ kind: config.env?.DYNAMODB });
  provide('dynamodbEndpoint', database.endpoint);
  provide('isDynamoDBInMemory', database.kind === 'memory');
  return () => database.stop();
}
