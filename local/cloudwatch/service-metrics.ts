/** What AWS's services measure by themselves, of what runs here. `value` is 1 where it is left out. */
export interface ServiceMetrics {
  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  lambda(
    functionName: string,
    name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'IteratorAge',
    value?: number,
  ): void;
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
  webSocket(
    stage: { readonly apiId: string; readonly name: string },
    name: 'ConnectCount' | 'MessageCount' | 'ClientError' | 'ExecutionError' | 'IntegrationError',
  ): void;
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
  http(stage: { readonly apiId: string; readonly name: string }, name: 'Count' | '4xx' | '5xx'): void;
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
  dynamodb(tableName: string, name: 'ReadThrottleEvents' | 'WriteThrottleEvents'): void;
}

/** For what runs without CloudWatch. */
export const noMetrics: ServiceMetrics = {
  lambda: () => {},
  webSocket: () => {},
  http: () => {},
  dynamodb: () => {},
};

type Put = (namespace: string, name: string, dimensions: Record<string, string>, value: number) => void;

export function serviceMetrics(put: Put): ServiceMetrics {
  const ofStage = ({ apiId, name: Stage }: { apiId: string; name: string }, name: string) => {
    put('AWS/ApiGateway', name, { ApiId: apiId }, 1);
    put('AWS/ApiGateway', name, { ApiId: apiId, Stage }, 1);
  };
  return {
    lambda: (FunctionName, name, value = 1) => put('AWS/Lambda', name, { FunctionName }, value),
    webSocket: ofStage,
    http: ofStage,
    dynamodb: (TableName, name) => put('AWS/DynamoDB', name, { TableName }, 1),
  };
}
