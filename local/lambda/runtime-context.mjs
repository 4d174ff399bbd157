import { realTime } from './runtime-clock.mjs';

/**
 * The second argument of a handler.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export function createContext(configuration, { requestId, deadlineMs }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: configuration.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: configuration.functionArn,
    memoryLimitInMB: String(configuration.memoryMb),
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - realTime()),
  };
}
