import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

const client = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL, maxAttempts: 1 });

// Posts the given texts one after the other; gives the status of each.
export const handler = async ({ posts }) => {
  const statuses = [];
  for (const [ConnectionId, Data] of posts) {
    const { $metadata } = await client
      .send(new PostToConnectionCommand({ ConnectionId, Data }))
      .catch((error) => error);
    statuses.push($metadata.httpStatusCode);
  }
  return statuses;
};
