import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { app } from './app.ts';

const serve = handle(app);

/**
 * API Gateway gives the path decoded, so that a `#` or `?` in an id would cut it short where the router reads it as a URL.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export async function handler(event: APIGatewayProxyEventV2, context: Context): Promise<object> {
  const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
  return serve({ ...event, rawPath } as unknown as LambdaEvent, context as never);
}
