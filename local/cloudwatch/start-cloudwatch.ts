import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { FunctionLogs, type FunctionLogsShown } from '../lambda/function-logs.ts';
import type { Log } from '../log.ts';
import { watchQueues } from '../sqs/watch-queues.ts';
import { CloudWatch } from './cloudwatch.ts';

interface Options {
  readonly clock: Clock;
  readonly log: Log;
  readonly functionLogs: FunctionLogsShown;
}

/** CloudWatch and what it hears of: the logs of functions, the services, the queues. */
export function startCloudWatch(resources: readonly Resource[], { clock, log, functionLogs }: Options) {
  const cloudWatch = new CloudWatch(resources, clock, log);
  return {
    logs: new FunctionLogs(functionLogs, log, (text) => cloudWatch.readLog(text)),
    metrics: cloudWatch.services,
    queues: watchQueues(resources, clock, cloudWatch),
    alarms: () => cloudWatch.alarms(),
    stop: () => cloudWatch.stop(),
  };
}
