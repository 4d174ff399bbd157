import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

export const authorizer = async ({ methodArn, queryStringParameters: { token } }) => {
  if (token === 'none') throw new Error('Unauthorized');
  return {
    principalId: token,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
    context: { name: token },
  };
};

export const connect = async () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'echo' } });

/** Sends back the body, and who sent it. */
export const echo = async ({ body, requestContext: { authorizer } }) => ({
  statusCode: 200,
  body: `${authorizer.name}: ${JSON.parse(body).text}`,
});

/** Posts to its own connection, or to that of the message; says so if it may not. */
export const post = async ({ body, requestContext: { connectionId } }) => {
  const { to = connectionId, text } = JSON.parse(body);
  const client = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL });
  try {
    await client.send(new PostToConnectionCommand({ ConnectionId: to, Data: text }));
  } catch (error) {
    return { statusCode: 200, body: error.name };
  }
  return { statusCode: 200 };
};

/** As AWS's examples do: the endpoint is made of the event. */
export const reply = async ({ body, requestContext: { connectionId, domainName, stage } }) => {
  const client = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: JSON.parse(body).text }));
};

export const fail = async () => {
  throw new Error('as it should');
};

export const room = async ({ pathParameters, requestContext: { http } }) => ({
  method: http.method,
  ...pathParameters,
});
