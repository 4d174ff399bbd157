import { type App, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnDeployment, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { temporaryFolder, writeFiles } from './start-app.ts';

const asset = {
  'package.json': '{"type":"module","dependencies":{"@aws-sdk/client-dynamodb":"*"}}',
  'chat.js': `
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
    import { DeleteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
    const { TABLE_NAME: TableName, GREETING } = process.env;
    const dynamodb = new DynamoDBClient({});
    const itemOf = ({ connectionId }) => ({ connectionId: { S: connectionId } });
    export const connect = async ({ requestContext }) => {
      await dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(requestContext) }));
      return { statusCode: 200 };
    };
    export const disconnect = async ({ requestContext }) => {
      await dynamodb.send(new DeleteItemCommand({ TableName, Key: itemOf(requestContext) }));
      return { statusCode: 200 };
    };
    export const say = async ({ requestContext: { domainName, stage }, body }) => {
      const api = new ApiGatewayManagementApiClient({ endpoint: \`https://\${domainName}/\${stage}\` });
      const { Items } = await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
      const Data = \`\${GREETING} \${JSON.parse(body).text}\`;
      await Promise.all(
        Items.map(({ connectionId }) => api.send(new PostToConnectionCommand({ ConnectionId: connectionId.S, Data }))),
      );
      return { statusCode: 200 };
    };`,
};

/** A chat as many have it: every resource spelled out, names of its own, addresses of the event, a parameter. */
export function plainChat(app: App): void {
  const stack = new Stack(app, 'plain-chat');
  const code = Code.fromAsset(writeFiles(temporaryFolder(), asset));
  const partitionKey = { name: 'connectionId', type: AttributeType.STRING };
  const table = new Table(stack, 'table', { tableName: 'plain_chat', partitionKey, readCapacity: 5 });
  const greeting = new CfnParameter(stack, 'Greeting');
  const api = new CfnApi(stack, 'api', {
    name: 'PlainChat',
    protocolType: 'WEBSOCKET',
    routeSelectionExpression: '$request.body.action',
  });
  const credentials = new Role(stack, 'invoker', {
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
  });
  const deployment = new CfnDeployment(stack, 'deployment', { apiId: api.ref });
  for (const [routeKey, handler] of [
    ['$connect', 'connect'],
    ['$disconnect', 'disconnect'],
    ['say', 'say'],
  ] as const) {
    const fn = new LambdaFunction(stack, handler, {
      code,
      handler: `chat.${handler}`,
      runtime: Runtime.NODEJS_22_X,
      timeout: Duration.seconds(30),
      environment: { TABLE_NAME: table.tableName, GREETING: greeting.valueAsString },
    });
    table.grantReadWriteData(fn);
    fn.grantInvoke(credentials);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['execute-api:ManageConnections'],
        resources: [stack.formatArn({ service: 'execute-api', resource: api.ref, resourceName: '*' })],
      }),
    );
    const integration = new CfnIntegration(stack, `${handler}-integration`, {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: `arn:aws:apigateway:${stack.region}:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`,
      credentialsArn: credentials.roleArn,
    });
    const target = `integrations/${integration.ref}`;
    deployment.node.addDependency(
      new CfnRoute(stack, `${handler}-route`, { apiId: api.ref, routeKey, target }),
    );
  }
  const { ref: deploymentId } = deployment;
  new CfnStage(stack, 'stage', { apiId: api.ref, deploymentId, stageName: 'dev' });
  new CfnOutput(stack, 'endpoint', { value: `${api.attrApiEndpoint}/dev` });
}
