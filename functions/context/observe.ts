import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyWebsocketEventV2, Context } from 'aws-lambda';
import type { Log } from '../../shared/delivery/types.ts';
import { type Metrics as Counters, metricUnits } from '../../shared/metrics.ts';
import { environment } from './environment.ts';

/** What leads from a line to the others of the same request, connection or event. */
export interface Correlation {
  /** As API Gateway names the request, also in its access log. */
  requestId?: string | undefined;
  connectionId?: string | undefined;
  eventId?: string | undefined;
}

const logger = new Logger();

// One dimension for all functions: alarms add up no more than ten metrics, and each more is paid for.
const emf = new Metrics({ serviceName: environment.stackName });

export const metrics: Counters = {
  count: (metric, value) => {
    if (value > 0) emf.addMetric(metric, metricUnits[metric], value);
  },
};

/** Bytes that no line of metrics has yet: an answer is not worth one, and goes into the next. */
let posted = 0;
const WORTH_A_LINE = 100_000;

export function countPosted(bytes: number): void {
  posted += bytes;
}

function publishMetrics(): void {
  if (!emf.hasStoredMetrics() && posted < WORTH_A_LINE) return;
  metrics.count('BytesPosted', posted);
  posted = 0;
  emf.publishStoredMetrics();
}

/** Decided for each invocation. Not by Powertools, whose sampling has no effect where Lambda sets the level. */
let isSampled = false;

export const log: Log = {
  debug: (message, fields) => {
    if (isSampled) logger.debug(message, fields);
  },
  info: (message, fields) => logger.info(message, fields),
  warn: (message, fields) => logger.warn(message, fields),
  error: (message, fields) => {
    metrics.count('Errors', 1);
    logger.error(message, fields);
  },
};

/** Of an event of the WebSocket API. */
export const idsOfMessage = ({
  requestContext: { connectionId, requestId },
}: Pick<APIGatewayProxyWebsocketEventV2, 'requestContext'>): Correlation => ({ connectionId, requestId });

/** Puts more into every line of this invocation. */
export const correlate = (ids: Correlation): void => logger.appendKeys({ ...ids });

/** A handler whose lines carry the ids of what it handles, and whose metrics are published, also when it fails. */
export function observed<Event, Result>(
  idsOf: (event: Event) => Correlation,
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return async (event, context) => {
    isSampled = Math.random() < environment.settings.debugSampleRate;
    logger.appendKeys({ lambdaRequestId: context.awsRequestId });
    correlate(idsOf(event));
    try {
      return await handler(event, context);
    } finally {
      publishMetrics();
      logger.resetKeys();
    }
  };
}
