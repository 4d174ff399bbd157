import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';

/** Whom alarms tell: a topic of the operator's, and one of our own for an e-mail address. */
export function alarmTopics(
  scope: Construct,
  { alarmTopicArn, alarmEmail }: Pick<Settings, 'alarmTopicArn' | 'alarmEmail'>,
): ITopic[] {
  return [
    ...(alarmTopicArn === undefined ? [] : [Topic.fromTopicArn(scope, 'GivenTopic', alarmTopicArn)]),
    ...(alarmEmail === undefined ? [] : [new AlarmTopic(scope, 'Topic', alarmEmail).topic]),
  ];
}

class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, email: string) {
    super(scope, id);
    // CloudWatch cannot publish to a topic that is encrypted with the key of AWS's own, which has a fixed policy:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    const key = new Key(this, 'Key', {
      description: 'Live event chat: what alarms say on their way to a subscriber',
      enableKeyRotation: true,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(email));
  }
}
