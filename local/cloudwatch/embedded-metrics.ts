import { z } from 'zod';
import type { MetricId } from './metric-store.ts';

const directives = z.object({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

const numbers = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

export interface Datapoint {
  readonly id: MetricId;
  readonly values: readonly number[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * What CloudWatch takes from what a function printed: metrics in lines of the embedded metric format; nothing from other lines.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embeddedMetrics = (text: string): Datapoint[] =>
  text.includes('"CloudWatchMetrics"') ? text.split('\n').flatMap(inLine) : [];

function inLine(line: string): Datapoint[] {
  const content = parse(line);
  const found = directives.safeParse(content);
  if (!found.success) return [];
  const { Timestamp: at, CloudWatchMetrics } = found.data._aws;
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.flatMap(({ Name: name }) => {
        const values = numbers.safeParse(content[name]);
        const dimensions = Object.fromEntries(names.map((key) => [key, String(content[key])]));
        return values.success ? { id: { namespace, name, dimensions }, values: values.data, at } : [];
      }),
    ),
  );
}

function parse(line: string): Record<string, unknown> {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
