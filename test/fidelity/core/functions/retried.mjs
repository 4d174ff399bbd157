import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export const handler = async ({ id }) => {
  await client.send(
    new UpdateItemCommand({
      TableName: process.env.TABLE,
      Key: { pk: { S: id }, sk: { S: 'attempts' } },
      UpdateExpression: 'ADD attempts :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
  throw new Error('again');
};
