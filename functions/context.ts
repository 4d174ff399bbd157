import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import * as z from 'zod';
import type { Chat } from '../shared/chat/chat.ts';
import { chatSettings } from '../shared/config.ts';
import { packFrames } from '../shared/delivery/frames.ts';
import { sdkPoster } from '../shared/delivery/poster.ts';
import { openTable } from '../shared/store/table.ts';

/** The one place that reads the environment. The stacks set it: infra/constructs/chat-function.ts. */
const environment = z
  .object({
    TABLE_NAME: z.string(),
    /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}`; not for the HTTP API, which posts to nobody. */
    MANAGEMENT_ENDPOINT: z.string().default(''),
    /** Name of the function that opens Socket.IO connections; only `$connect` invokes it. */
    OPEN_FUNCTION: z.string().default(''),
    SETTINGS: z.string().transform((json) => chatSettings.parse(JSON.parse(json))),
  })
  .parse(process.env);

export const log = new Logger();
const metrics = new Metrics();

/** At the end of an invocation; nothing counted is nothing to publish. */
export function publishMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

export const { OPEN_FUNCTION: openFunction } = environment;

const poster = sdkPoster(environment.MANAGEMENT_ENDPOINT);

export const chat: Chat = {
  table: openTable(environment.TABLE_NAME),
  poster,
  settings: environment.SETTINGS,
  log,
  metrics: {
    count: (metric, value) => {
      if (value > 0) metrics.addMetric(metric, MetricUnit.Count, value);
    },
  },
  send: ({ connectionId, wire }, ...events) => poster.post(connectionId, packFrames(wire, events)),
};
