import { Stack } from 'aws-cdk-lib';
import type { CfnApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * The management API of one stage, `@connections`. Its URL is built from API id, region and stage: a custom domain does
 * not work, and the stage construct cannot be used because it depends on the functions, which need this.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ManagementApi {
  readonly endpoint: string;
  readonly #api: WebSocketApi;
  readonly #stageName: string;

  constructor(api: WebSocketApi, stageName: string) {
    const { region, urlSuffix } = Stack.of(api);
    this.endpoint = `https://${api.apiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
    this.#api = api;
    this.#stageName = stageName;
  }

  mayCall(methods: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: ['execute-api:ManageConnections'],
      resources: methods.map((method) => this.#arn(method)),
    });
  }

  /** The name of cdk-nag's finding for the wildcard in that statement. */
  findingFor(method: string): string {
    const api = Stack.of(this.#api).getLogicalId(this.#api.node.defaultChild as CfnApi);
    const arn = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>`;
    return `Resource::${arn}/${this.#stageName}/${method}/@connections/*`;
  }

  #arn(method: string): string {
    return Stack.of(this.#api).formatArn({
      service: 'execute-api',
      resource: this.#api.apiId,
      resourceName: `${this.#stageName}/${method}/@connections/*`,
    });
  }
}
