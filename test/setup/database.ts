import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/** The DynamoDB Local of the run, for the store's tests. */
export default function setup({ provide }: TestProject) {
  provide('dynamodbEndpoint', `${process.env.DYNAMODB_ENDPOINT}`);
}
