import { z } from 'zod';
import { arnOf } from '../cloudformation/attributes.ts';
import type { Account } from '../cloudformation/physical-id.ts';
import type { Resource } from '../cloudformation/resource.ts';

/** One target of one schedule. */
export interface Schedule {
  readonly logicalId: string;
  /** `rate(5 minutes)`, `cron(0 12 * * ? *)` or `at(2026-01-01T00:00:00)`; times are in UTC. */
  readonly expression: string;
  readonly functionArn: string;
  /** The event for this time, milliseconds since the epoch. */
  readonly event: (at: number) => unknown;
}

const targetSchema = z.object({
  Arn: z.string(),
  Input: z.string().optional(),
});

const ruleSchema = z.object({
  ScheduleExpression: z.string(),
  State: z.string().default('ENABLED'),
  Targets: z.array(targetSchema).default([]),
});

const scheduleSchema = z.object({
  ScheduleExpression: z.string(),
  State: z.string().default('ENABLED'),
  Target: targetSchema,
});

/** The schedules of `AWS::Events::Rule` and `AWS::Scheduler::Schedule` that are enabled and invoke functions. */
export function readSchedules(resources: readonly Resource[]): Schedule[] {
  return resources
    .flatMap(({ type, account, logicalId, physicalId, properties }) => {
      const isRule = type === 'AWS::Events::Rule' && 'ScheduleExpression' in properties;
      if (!isRule && type !== 'AWS::Scheduler::Schedule') return [];
      const { ScheduleExpression, State, Targets } = isRule
        ? ruleSchema.parse(properties)
        : withTargets(scheduleSchema.parse(properties));
      if (State !== 'ENABLED') return [];
      const arn = arnOf(type, physicalId, account);
      return Targets.map(({ Arn, Input }) => ({
        logicalId,
        expression: ScheduleExpression,
        functionArn: Arn,
        event: (at: number) =>
          Input === undefined ? scheduledEvent(isRule, arn, account, at) : fromInput(Input, arn, at),
      }));
    })
    .filter(({ functionArn }) => functionArn.includes(':function:'));
}

const withTargets = ({ Target, ...rest }: z.infer<typeof scheduleSchema>) => ({ ...rest, Targets: [Target] });

/** https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-schedule.html */
function scheduledEvent(isRule: boolean, arn: string, { accountId, region }: Account, at: number) {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: isRule ? 'aws.events' : 'aws.scheduler',
    account: accountId,
    time: isoSeconds(at),
    region,
    resources: [arn],
    // EventBridge Scheduler gives it as text.
    detail: isRule ? {} : '{}',
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function fromInput(input: string, arn: string, at: number): unknown {
  return JSON.parse(
    input
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', isoSeconds(at))
      .replaceAll('<aws.scheduler.execution-id>', crypto.randomUUID())
      .replaceAll('<aws.scheduler.attempt-number>', '1'),
  );
}

const isoSeconds = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
