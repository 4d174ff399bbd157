import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Reviewer } from '../../shared/chat/reviewer.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { environment } from './environment.ts';

/** The operator's function, if there is one. It is asked once: who sends waits for the answer. */
function reviewerOf({ settings }: typeof environment): Reviewer | undefined {
  const { 'review.function': FunctionName, 'review.timeoutMs': timeoutMs } = settings;
  if (FunctionName === undefined) return undefined;
  const [, , , region = ''] = FunctionName.split(':');
  const lambda = new LambdaClient({ region, maxAttempts: 1 });
  return new Reviewer(async (request) => {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }),
      { abortSignal: AbortSignal.timeout(timeoutMs) },
    );
    return FunctionError === undefined ? parsed(Payload?.transformToString()) : undefined;
  });
}

function parsed(json = ''): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const reviewer = reviewerOf(environment);

/** Sends a message once the reviewer, if there is one, has seen it. */
export const sendReviewed: typeof sendMessage = (chat, ...request) =>
  sendMessage({ ...chat, reviewer }, ...request);
