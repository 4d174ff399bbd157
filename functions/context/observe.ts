import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Metrics as Counters } from '../../shared/delivery/types.ts';

export const log = new Logger();

const emf = new Metrics();

export const metrics: Counters = {
  count: (metric, value) => {
    if (value > 0) emf.addMetric(metric, MetricUnit.Count, value);
  },
};

/** At the end of an invocation; nothing counted is nothing to publish. */
export function publishMetrics(): void {
  if (emf.hasStoredMetrics()) emf.publishStoredMetrics();
}
