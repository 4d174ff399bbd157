import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Served } from '../../shared/delivery/posting/poster.ts';
import type { PostElsewhere } from '../../shared/delivery/types.ts';
import type { PostEvent } from '../delivery/post.ts';
import { environment } from './environment.ts';

/** No retries: some members would get everything twice. A chunk, with a cold start, takes no longer than a lease. */
const lambda = new LambdaClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
});

export const postElsewhere: PostElsewhere = async (batches, stopAt) => {
  const event: PostEvent = { batches, stopAt };
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: environment.postFunction, Payload: JSON.stringify(event) }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError !== undefined) throw new Error(`The post function failed: ${FunctionError}`);
  return JSON.parse(answer) as Served;
};
