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

/** Sends back the request as it came. */
export const mirror = async ({
  rawPath,
  rawQueryString,
  headers,
  cookies,
  body,
  requestContext: { http },
}) => ({
  statusCode: Number(/^\/mirror\/(4\d\d)$/.exec(rawPath)?.[1] ?? 200),
  headers: { 'content-type': 'application/json', 'x-own': 'origin', server: 'mirror' },
  cookies: ['a=1; Secure'],
  body: JSON.stringify({ method: http.method, path: rawPath, query: rawQueryString, headers, cookies, body }),
});

/** Accepts a connection whose query has a name. */
export const hello = async ({ queryStringParameters }) => ({
  statusCode: queryStringParameters?.name ? 200 : 401,
});

/** Posts what it got to its own connection, through the address in the environment. */
export const postBack = async ({ body, requestContext: { connectionId } }) => {
  const client = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL });
  await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: `back: ${body}` }));
  return { statusCode: 200 };
};
