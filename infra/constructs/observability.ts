import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmTopics } from './alarm-topic.ts';
import { Alarms } from './alarms.ts';
import { ChatMetrics, type ObservedParts } from './chat-metrics.ts';
import { chatDashboard } from './dashboard.ts';

export interface ObservabilityProps extends ObservedParts {
  deadLetters: Queue;
  publicationDeadLetters?: Queue | undefined;
}

/** The dashboard, the alarms and whom they tell, for the chat whose functions are in the scope. */
export class Observability extends Construct {
  readonly metrics: ChatMetrics;
  readonly topics: readonly ITopic[];
  readonly dashboard?: Dashboard;

  constructor(
    scope: Construct,
    id: string,
    { deadLetters, publicationDeadLetters, ...parts }: ObservabilityProps,
  ) {
    super(scope, id);
    const { settings } = parts;
    const metrics = new ChatMetrics(scope, parts);
    this.metrics = metrics;
    this.topics = alarmTopics(this, settings);
    const { all: alarms } = new Alarms(this, 'Alarms', {
      ...{ settings, metrics, deadLetters, publicationDeadLetters },
      topics: this.topics.map((topic) => new SnsAction(topic)),
    });
    if (settings.dashboard) this.dashboard = chatDashboard(this, 'Dashboard', { settings, metrics, alarms });
  }
}
