import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { chosen, type Settings, withoutEdge } from './context-settings.ts';
import { SETTINGS_METADATA } from './deployed.ts';
import { LiveEventChat } from './live-event-chat.ts';

export interface ChatStackProps extends StackProps {
  settings: Settings;
  /** Without one, the settings name one that is there already. */
  table: ITable | undefined;
}

/** Everything but the table and the edge; can be deleted and deployed again: both APIs, the functions, delivery. */
export class ChatStack extends Stack {
  readonly chat: LiveEventChat;

  constructor(scope: Construct, id: string, { settings, table, ...props }: ChatStackProps) {
    super(scope, id, props);
    // By which the next deployment notices what it would leave out: infra/deployed.ts.
    this.addMetadata(SETTINGS_METADATA, chosen(settings));
    const { account, region, tags, ...own } = withoutEdge(settings);
    // An id that is no part of logical ids.
    this.chat = new LiveEventChat(this, 'Default', { ...own, ...(table && { table }) });
    new CfnOutput(this, 'WebSocketUrl', { value: this.chat.webSocketUrl });
    new CfnOutput(this, 'EventsUrl', { value: this.chat.eventsUrl });
    new CfnOutput(this, 'ManagementUrl', { value: this.chat.managementUrl });
  }
}
