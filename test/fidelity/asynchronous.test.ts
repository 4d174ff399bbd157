import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as Target } from 'aws-cdk-lib/aws-events-targets';
import {
  Code,
  type EventInvokeConfigOptions,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { expect, test, vi } from 'vitest';
import { startAssembly, synthesizeApp } from './support/start-app.ts';

// "How Lambda handles errors and retries with asynchronous invocation":
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

const failing = (config?: EventInvokeConfigOptions) => (app: App) => {
  const stack = new Stack(app, 'Async');
  const fn = new LambdaFunction(stack, 'Failing', {
    code: Code.fromInline('exports.handler = async () => { throw new Error("again"); };'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_22_X,
  });
  if (config) fn.configureAsyncInvoke(config);
  const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
  new Rule(stack, 'Rule', {
    schedule: Schedule.rate(Duration.days(1)),
    targets: [new Target(fn, once)],
  });
  new scheduler.Schedule(stack, 'Schedule', {
    schedule: scheduler.ScheduleExpression.rate(Duration.days(1)),
    target: new LambdaInvoke(fn, once),
  });
};

/** Turns the clock by a minute at a time until both events are given up; how often each was tried. */
async function attemptsOf(config?: EventInvokeConfigOptions) {
  const { clock, failedEvents, functionLogs } = await startAssembly(synthesizeApp(failing(config)));
  clock.advance(24 * 60 * 60_000);
  await vi.waitFor(() => {
    clock.advance(30_000);
    expect(failedEvents).toHaveLength(2);
  }, 20_000);
  const attempts = functionLogs.filter(({ text }) => text.includes('Error: again')).length;
  expect(attempts).toBe(failedEvents.reduce((sum, event) => sum + event.approximateInvokeCount, 0));
  return failedEvents.map(({ condition, approximateInvokeCount }) => [condition, approximateInvokeCount]);
}

test('a failed event of a rule or schedule is retried twice: its RetryPolicy is for the hand-over alone', async () => {
  expect(await attemptsOf()).toEqual([
    ['RetriesExhausted', 3],
    ['RetriesExhausted', 3],
  ]);
});

test('AWS::Lambda::EventInvokeConfig says how often', async () => {
  expect(await attemptsOf({ retryAttempts: 0 })).toEqual([
    ['RetriesExhausted', 1],
    ['RetriesExhausted', 1],
  ]);
});

test('and how long', async () => {
  expect(await attemptsOf({ maxEventAge: Duration.minutes(1) })).toEqual([
    ['EventAgeExceeded', 1],
    ['EventAgeExceeded', 1],
  ]);
});
