import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { CfnApi, HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { Delivery } from './constructs/delivery.ts';
import { EventsHttpApi } from './constructs/http-api.ts';
import { LogPermission } from './constructs/log-permission.ts';
import { Observability } from './constructs/observability.ts';
import { Publication } from './constructs/publication.ts';
import { ChatWebSocketApi } from './constructs/websocket-api.ts';
import { chosen, type Settings } from './context-settings.ts';
import { SETTINGS_METADATA } from './deployed.ts';

/** Everything but the table, which can be deleted and deployed again: both APIs, the functions, delivery. */
export class ChatStack extends Stack {
  readonly http: HttpApi;
  readonly webSocket: WebSocketApi;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings; table: TableV2 }) {
    super(scope, id, props);
    const { settings, table } = props;
    // By which the next deployment notices what it would leave out: infra/deployed.ts.
    this.addMetadata(SETTINGS_METADATA, chosen(settings));
    const webSocket = new ChatWebSocketApi(this, 'WebSocket', { settings, table });
    const { management } = webSocket;
    const http = new EventsHttpApi(this, 'Http', { settings, table, management });
    this.webSocket = webSocket.api;
    this.http = http.api;
    const { deadLetters } = new Delivery(this, 'Delivery', { settings, table, api: management });
    const busArn = settings['events.busArn'];
    const publication =
      busArn === undefined ? undefined : new Publication(this, 'Publication', { settings, table, busArn });
    new Observability(this, 'Observability', {
      ...{ settings, table, deadLetters },
      ...{ webSocket: webSocket.stage, http: http.api },
      publicationDeadLetters: publication?.deadLetters,
    });
    if (settings.createApiGatewayAccountRole) {
      webSocket.stage.node.addDependency(
        new LogPermission(this, 'LogPermission', webSocket.api.node.defaultChild as CfnApi),
      );
    }
    new CfnOutput(this, 'WebSocketUrl', { value: webSocket.stage.url });
    new CfnOutput(this, 'EventsUrl', { value: `${http.api.apiEndpoint}/api/events` });
    new CfnOutput(this, 'ManagementUrl', { value: management.endpoint });
  }
}
