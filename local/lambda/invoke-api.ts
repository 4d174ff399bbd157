import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorize } from '../iam.ts';
import type { AsynchronousInvocations } from './asynchronous-invocation.ts';
import type { LambdaService } from './lambda-service.ts';

export interface InvokeApiOptions {
  readonly lambda: LambdaService;
  readonly asynchronous: AsynchronousInvocations;
  readonly authorize: Authorize;
  readonly principalArn: (accessKeyId: string) => string;
  /** `arn:aws:lambda:{region}:{account}:function:` */
  readonly arnPrefix: string;
}

const maxBytes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;

/**
 * Lambda's `Invoke`; false if the request is for something else.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function handleInvoke(
  req: IncomingMessage,
  res: ServerResponse,
  { lambda, asynchronous, authorize, principalArn, arnPrefix }: InvokeApiOptions,
): Promise<boolean> {
  const [, encoded] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(\?.*)?$/.exec(req.url ?? '') ?? [];
  if (!encoded || req.method !== 'POST') return false;
  const name = decoded(encoded);
  const fn = lambda.find(name);
  const arn = fn?.arn ?? (name.startsWith('arn:') ? name : arnPrefix + name);
  const accessKeyId = /Credential=([^/]+)\//.exec(req.headers.authorization ?? '')?.[1] ?? '';
  const payload = await readAll(req);
  const type = String(req.headers['x-amz-invocation-type'] ?? 'RequestResponse') as keyof typeof maxBytes;

  const refuse = (status: number, errorType: string, message: string) => {
    answer(res, status, JSON.stringify({ Message: message, Type: 'User' }), {
      'x-amzn-errortype': errorType,
    });
    return true;
  };
  if (!authorize(accessKeyId, 'lambda:InvokeFunction', arn)) {
    const message =
      `User: ${principalArn(accessKeyId)} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} ` +
      'because no identity-based policy allows the lambda:InvokeFunction action';
    return refuse(403, 'AccessDeniedException', message);
  }
  if (!fn) return refuse(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  if (!Object.hasOwn(maxBytes, type))
    return refuse(400, 'InvalidParameterValueException', `Unknown invocation type ${type}`);
  if (payload.length > maxBytes[type]) {
    const message = `Request must be smaller than ${maxBytes[type]} bytes for the InvokeFunction operation`;
    return refuse(413, 'RequestTooLargeException', message);
  }
  let event: unknown;
  try {
    event = payload.length > 0 ? JSON.parse(payload) : {};
  } catch (error) {
    const message = `Could not parse request body into json: ${error instanceof Error ? error.message : error}`;
    return refuse(400, 'InvalidRequestContentException', message);
  }

  if (type === 'DryRun') answer(res, 204, '');
  else if (type === 'Event') {
    asynchronous.submit(name, event);
    answer(res, 202, '');
  } else {
    const outcome = await lambda.invoke(fn.name, event);
    if (!outcome.ok && outcome.throttled) {
      const { errorType, errorMessage: message } = outcome.payload;
      const body = { Reason: 'ConcurrentInvocationLimitExceeded', Type: 'User', message };
      answer(res, 429, JSON.stringify(body), { 'x-amzn-errortype': errorType });
      return true;
    }
    answer(res, 200, JSON.stringify(outcome.payload) ?? 'null', {
      'x-amz-executed-version': '$LATEST',
      ...(!outcome.ok && { 'x-amz-function-error': 'Unhandled' }),
    });
  }
  return true;
}

function answer(
  res: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers });
  res.end(body);
}

/** What cannot be decoded stays as it is, and is no function's name. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
