import http from 'node:http';
import https from 'node:https';
import dynamodb from '@aws-sdk/client-dynamodb';

const own = new dynamodb.DynamoDBClient({ maxAttempts: 1 });

// Runs the given commands one after the other: `[['PutItem', {…}], …]`, with the table filled in. At this endpoint,
// if one is given; or fetches a URL; or makes a request with these options.
export const handler = async ({ commands, endpoint, url, request }) => {
  if (request) return send(request);
  if (url) return (await fetch(url)).status;
  const client = endpoint ? new dynamodb.DynamoDBClient({ maxAttempts: 1, endpoint }) : own;
  const outputs = [];
  for (const [name, input] of commands) {
    const text = JSON.stringify(input).replaceAll('$TABLE', process.env.TABLE);
    const { $metadata, ...output } = await client.send(new dynamodb[`${name}Command`](JSON.parse(text)));
    outputs.push(output);
  }
  return outputs;
};

const send = ({ protocol, body, ...options }) =>
  new Promise((resolve, reject) => {
    const sent = (protocol === 'http:' ? http : https).request(options, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, text });
    });
    sent.on('error', reject).end(body);
  });
