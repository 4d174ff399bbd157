import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { entries } from '../../infra/built.ts';
import { readSettings, SettingsError } from '../../infra/context-settings.ts';
import { findingsWith, stacksOf } from '../support/synthesize.ts';

/** What an operator connects to the chat: a function that reviews messages, and a bus that gets what happens. */

const review = { 'review.function': 'arn:aws:lambda:eu-west-1:123456789012:function:review:live' };
const bus = { 'events.busArn': 'arn:aws:events:eu-west-1:123456789012:event-bus/chat' };

function templateOf(settings: Record<string, unknown>): Template {
  const chat = stacksOf(settings).find(({ stackName }) => stackName.endsWith('Chat'));
  if (!chat) throw new Error('There is no stack of the chat');
  return Template.fromStack(chat);
}

interface Statement {
  Action: string | string[];
  Resource: unknown;
}
/** Who may do something, and with what, by the constructs' ids. */
const whoMay = (template: Template, action: string, resource?: unknown) =>
  Object.entries(template.findResources('AWS::IAM::Policy'))
    .flatMap(([id, { Properties }]) =>
      (Properties.PolicyDocument.Statement as Statement[])
        .filter(
          ({ Action, Resource }) => [Action].flat().includes(action) && (!resource || Resource === resource),
        )
        .map(({ Resource }) => [id.replace(/RoleDefault.*/, ''), Resource]),
    )
    .sort();

describe('review.function', () => {
  test('is invoked by the functions that send, and by nothing else', () => {
    const arn = review['review.function'];
    expect(whoMay(templateOf(review), 'lambda:InvokeFunction', arn)).toEqual([
      ['WebSocketDefaultRoute', arn],
      ['WebSocketSendMessage', arn],
    ]);
  });

  test('reaches every function, with its time and its fallback', () => {
    const settings = { ...review, 'review.timeoutMs': '5000', 'review.fallback': 'deny' };
    for (const { Properties } of Object.values(templateOf(settings).findResources('AWS::Lambda::Function'))) {
      expect(JSON.parse(Properties.Environment.Variables.SETTINGS)).toMatchObject({
        ...review,
        'review.timeoutMs': 5_000,
        'review.fallback': 'deny',
      });
    }
  });
});

describe('events.busArn', () => {
  const mappingsIn = (template: Template) =>
    Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => Properties,
    );
  const patternsIn = (template: Template) =>
    mappingsIn(template)
      .flatMap(({ FilterCriteria }) => FilterCriteria.Filters)
      .map(({ Pattern }) => JSON.parse(Pattern));

  const ofEvents = { S: [{ prefix: 'EVENT#' }] };
  const events = { dynamodb: { Keys: { pk: ofEvents, sk: { S: ['META'] } } } };
  const audits = { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ suffix: 'AUDIT' }] } } } };
  const log = {
    eventName: ['INSERT'],
    dynamodb: { Keys: { pk: ofEvents, sk: { S: [{ prefix: 'MSG#' }] } } },
  };

  test('without it nothing is published', () => {
    const chat = templateOf({});
    expect(mappingsIn(chat)).toHaveLength(1);
    expect(whoMay(chat, 'events:PutEvents')).toEqual([]);
    expect(Object.keys(chat.findResources('AWS::Lambda::Function'))).toHaveLength(entries.length - 1);
  });

  test('adds a consumer of the stream, for events and what was audited', () => {
    const chat = templateOf(bus);
    expect(patternsIn(chat)).toEqual(expect.arrayContaining([events, audits]));
    expect(patternsIn(chat)).not.toContainEqual(log);
    // DynamoDB serves two without throttling them.
    expect(mappingsIn(chat)).toHaveLength(2);
    expect(mappingsIn(chat)).toContainEqual(
      expect.objectContaining({
        StartingPosition: 'TRIM_HORIZON',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRecordAgeInSeconds: 43_200,
        DestinationConfig: { OnFailure: expect.anything() },
        FilterCriteria: { Filters: [expect.anything(), expect.anything()] },
      }),
    );
    chat.resourceCountIs('AWS::SQS::Queue', 2);
    expect(
      Object.keys(chat.findResources('AWS::CloudWatch::Alarm')).filter((id) => id.includes('DeadLetters')),
    ).toHaveLength(2);
  });

  test('with events.messages, for messages too', () => {
    expect(patternsIn(templateOf({ ...bus, 'events.messages': 'true' }))).toEqual(
      expect.arrayContaining([events, audits, log]),
    );
  });

  test('may be put to by its consumer alone, which may only read', () => {
    const chat = templateOf(bus);
    expect(whoMay(chat, 'events:PutEvents')).toEqual([['PublicationPublish', bus['events.busArn']]]);
    const actions = Object.entries(chat.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith('PublicationPublish'))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
      .flatMap(({ Action }) => Action)
      .filter((action) => /^(dynamodb:.*Item|lambda|execute-api)/.test(action));
    expect(actions).toEqual(['dynamodb:BatchGetItem']);
  });
});

test.for([
  [{ 'review.function': 'my-review' }, /review\.function: must be an ARN such as arn:aws:lambda:/],
  [{ 'review.function': `${review['review.function']}/x` }, /review\.function: must be an ARN/],
  [{ 'review.timeoutMs': '49' }, /review\.timeoutMs: /],
  [{ 'review.timeoutMs': '5001' }, /review\.timeoutMs: /],
  [{ 'review.fallback': 'maybe' }, /review\.fallback: must be allow or deny/],
  [{ 'events.busArn': 'default' }, /events\.busArn: must be an ARN such as arn:aws:events:/],
  [{ 'events.messages': 'some' }, /events\.messages: must be true or false/],
  [{ 'events.messages': 'true' }, /events\.messages: has no effect without events\.busArn/],
  [{ 'review.fallback': 'deny' }, /review\.fallback: has no effect without review\.function/],
] as const)('%j is refused in a sentence', ([settings, sentence]) => {
  expect(() => readSettings(settings)).toThrow(SettingsError);
  expect(() => readSettings(settings)).toThrow(sentence);
});

test('cdk-nag and the CDK’s own validation find nothing with both', { timeout: 120_000 }, () => {
  expect(findingsWith({ ...review, ...bus, 'events.messages': 'true' })).toEqual([]);
});
