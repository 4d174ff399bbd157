import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { observed } from '../context/observe.ts';
import type { newApp } from './app.ts';

/**
 * The Lambda handler of an app. API Gateway gives the path decoded, so that a `#` or `?` in an id would cut it short where
 * the router reads it as a URL.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function serve(app: ReturnType<typeof newApp>) {
  const answer = handle(app);
  const run = async (event: APIGatewayProxyEventV2, context: Context): Promise<object> => {
    const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
    const { body, ...bodiless } = event;
    // A GET may come with a body, which means nothing; a `Request` may not.
    const takesBody = !['GET', 'HEAD'].includes(event.requestContext.http.method);
    const request = { ...bodiless, rawPath, ...(takesBody && { body }) };
    return answer(request as unknown as LambdaEvent, context as never);
  };
  return observed(
    ({ requestContext: { requestId }, pathParameters }) => ({ requestId, eventId: pathParameters?.id }),
    run,
  );
}
