/** DynamoDB's operations, by the command of the document client. */
const operations = {
  GetCommand: 'GetItem',
  PutCommand: 'PutItem',
  UpdateCommand: 'UpdateItem',
  DeleteCommand: 'DeleteItem',
  QueryCommand: 'Query',
  BatchGetCommand: 'BatchGetItem',
  BatchWriteCommand: 'BatchWriteItem',
  TransactWriteCommand: 'TransactWriteItems',
} as const;
export type Operation = (typeof operations)[keyof typeof operations];

export interface Invocation {
  FunctionName: string;
  InvocationType?: string;
  Payload: string;
}

/** What an execution environment reaches over its network. Whatever they do they do, though nobody is left to hear of it. */
export interface Services {
  dynamodb(operation: Operation, input: Record<string, unknown>, caller: Caller): Promise<unknown>;
  /** Resolves to the status; rejects without an answer. */
  management(
    method: 'POST' | 'GET' | 'DELETE',
    connectionId: string,
    body: string,
    caller: Caller,
  ): Promise<number>;
  invoke(input: Invocation): Promise<{ FunctionError?: string; Payload?: string }>;
  log(level: 'warn' | 'error', message: string, fields: Record<string, unknown>): void;
}

/** Where calls are made: they end with it. */
export interface Caller {
  /** `subjects`: what it concerns, as `subjectsOf` has it. */
  call<T>(subjects: readonly string[], service: () => Promise<T>): Promise<T>;
}

/** A command says what is asked; its class says of whom. */
class Command<Input = Record<string, unknown>> {
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }
}

const commandFor = (operation: Operation) =>
  class extends Command {
    readonly operation = operation;
  };

const commands = Object.fromEntries(
  Object.entries(operations).map(([name, operation]) => [name, commandFor(operation)]),
);

type Keyed = { pk?: string; sk?: string } | undefined;
type Part = { Key?: Keyed; Item?: Keyed };

/** What a call of DynamoDB concerns: the first words of the keys of single items, such as `MSG` and `CURSOR`. */
export function subjectsOf(input: Record<string, unknown>): string[] {
  const { TransactItems = [], ...single } = input as Part & { TransactItems?: Record<string, Part>[] };
  const parts: Part[] = [single, ...TransactItems.flatMap((one) => Object.values(one))];
  return parts.flatMap(({ Key, Item = Key }) =>
    [Item?.pk, Item?.sk].flatMap((key) => key?.split('#', 1) ?? []),
  );
}

/** AWS's clients as one environment has them: without HTTP, and each call ends with its environment. */
export function standIns(environment: Caller, services: Services): Record<string, unknown> {
  const client = {
    send: ({ operation, input }: InstanceType<ReturnType<typeof commandFor>>) =>
      environment.call(subjectsOf(input), () => services.dynamodb(operation, input, environment)),
  };
  return {
    '@aws-sdk/lib-dynamodb': { ...commands, DynamoDBDocumentClient: { from: () => client } },
    '@aws-sdk/client-dynamodb': { DynamoDBClient: class {} },
    '@aws-sdk/client-lambda': lambda(environment, services),
    '@aws-sdk/client-apigatewaymanagementapi': managementApi(environment, services),
    'undici/lib/dispatcher/pool.js': poolOf(environment, services),
    aws4: { RequestSigner },
    '@aws-lambda-powertools/logger': { Logger: loggerOf(services) },
    '@aws-lambda-powertools/metrics': { Metrics, MetricUnit: {} },
  };
}

const lambda = (environment: Caller, services: Services) => ({
  InvokeCommand: Command,
  LambdaClient: class {
    async send({ input }: Command<Invocation>) {
      const { Payload = '', ...answer } = await environment.call([], () => services.invoke(input));
      return { ...answer, Payload: { transformToString: () => Payload } };
    }
  },
});

class Get extends Command<{ ConnectionId: string }> {
  readonly method = 'GET';
}
class Delete extends Command<{ ConnectionId: string }> {
  readonly method = 'DELETE';
}

/** How the rare calls are made, and where the others find credentials. */
export function managementApi(
  environment: Caller,
  services: Services,
  { region, ...credentials } = { region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test' },
) {
  class Client {
    readonly config = {
      region: async () => region,
      credentials: async () => credentials,
    };

    async send({ method, input }: Get | Delete) {
      const status = await environment.call([], () =>
        services.management(method, input.ConnectionId, '', environment),
      );
      const $metadata = { httpStatusCode: status };
      if (status >= 400) throw Object.assign(new Error(`Status ${status}`), { $metadata });
      return { $metadata };
    }
  }
  return {
    ApiGatewayManagementApiClient: Client,
    GetConnectionCommand: Get,
    DeleteConnectionCommand: Delete,
  };
}

interface Dispatched {
  onResponseStart(controller: undefined, status: number): void;
  onResponseEnd(): void;
  onResponseError(controller: undefined, error: Error): void;
}

/** Nobody looks at signatures. */
class RequestSigner {
  readonly request: object;

  constructor(request: object) {
    this.request = request;
  }

  prepareRequest(): void {}

  canonicalHeaders(): string {
    return '';
  }

  signedHeaders(): string {
    return '';
  }

  credentialString(): string {
    return '';
  }

  authHeader(): string {
    return '';
  }
}

/** How PostToConnection is called. */
const poolOf = (environment: Caller, services: Services) =>
  class {
    dispatch({ path, body }: { path: string; body: Buffer }, answered: Dispatched): void {
      const connectionId = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
      environment
        .call(['POST'], () => services.management('POST', connectionId, body.toString(), environment))
        .then(
          (status) => {
            answered.onResponseStart(undefined, status);
            answered.onResponseEnd();
          },
          (error) => answered.onResponseError(undefined, error),
        );
    }
  };

const loggerOf = ({ log }: Services) =>
  class {
    appendKeys(): void {}

    resetKeys(): void {}

    debug(): void {}

    info(): void {}

    warn(message: string, fields: Record<string, unknown>): void {
      log('warn', message, fields);
    }

    error(message: string, fields: Record<string, unknown>): void {
      log('error', message, fields);
    }
  };

class Metrics {
  addMetric(): void {}
  publishStoredMetrics(): void {}

  hasStoredMetrics(): boolean {
    return false;
  }
}
