import { type ApiWithStages, type LocalApi, localApis, toLocalOrigin } from './api-origins.ts';
import type { Stack, Template } from './assembly.ts';
import { attributeOf, refOf } from './attributes.ts';
import { environmentsOf } from './environments.ts';
import { resolve, type Scope, unresolved } from './intrinsics.ts';
import { checkParameters, type GivenParameters, parameterValue } from './parameters.ts';
import { type Account, digest, generatedName, nameProperty } from './physical-id.ts';
import type { Resource } from './resource.ts';

export interface Resolved {
  readonly resources: readonly Resource[];
  /** By output name, and again by `stack.output` for where two stacks use one name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly apis: readonly LocalApi[];
}

/** The account and region are for stacks that may be anywhere. */
export interface ResolverOptions extends Account {
  /** `http://localhost:PORT`; it takes the place of every API's and distribution's own address. */
  readonly origin: string;
  /** Set before every table's name. */
  readonly tableNamePrefix: string;
  readonly parameters?: GivenParameters | undefined;
}

/**
 * Turns templates into resources as they would be after a deployment to this machine.
 *
 * @throws in a sentence for the user if a parameter has no value
 */
export function resolveStacks(stacks: readonly Stack[], options: ResolverOptions): Resolved {
  const { parameters = {} } = options;
  checkParameters(stacks, parameters);
  const accountOf = environmentsOf(stacks, options);
  const names = new Map<string, string>();
  const scopes = new Map(stacks.map((stack) => [stack, scopeOf(stack)]));
  const apis = localApis([...scopes].flatMap(apisOf), options.origin);
  const origins = new Map([
    ...apis.map(({ apiId, origin }) => [`${apiId}`, origin] as const),
    ...[...scopes].flatMap(distributionDomains).map((domain) => [domain, options.origin] as const),
  ]);
  // Last of all, so that a domain name cut out of an API's URL is still the real one until it is a URL again.
  const localise = (value: unknown) => mapStrings(value, (text) => toLocalOrigin(text, origins));

  const resources: Resource[] = [];
  const outputs: Record<string, string> = {};
  for (const [stack, scope] of scopes) {
    for (const [logicalId, resource] of Object.entries(stack.template.Resources)) {
      if (!exists(resource, scope)) continue;
      const properties = localise(resolve(resource.Properties, scope)) as Record<string, unknown>;
      const physicalId = String(scope.ref(logicalId));
      const account = accountOf(stack);
      resources.push({ stack: stack.name, account, logicalId, type: resource.Type, properties, physicalId });
    }
    for (const [name, output] of Object.entries(stack.template.Outputs)) {
      if (!exists(output, scope)) continue;
      const value = String(localise(resolve(output.Value, scope)));
      outputs[name] = value;
      outputs[`${stack.name}.${name}`] = value;
    }
  }
  return { resources, outputs, apis };

  function apisOf([stack, scope]: [Stack, Scope]): ApiWithStages[] {
    const all = Object.entries(stack.template.Resources).filter(([, resource]) => exists(resource, scope));
    const resolved = (value: unknown) => String(resolve(value, scope));
    const stages = all
      .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Stage')
      .map(([, { Properties }]) => ({
        of: resolved(Properties.ApiId),
        name: resolved(Properties.StageName),
      }));
    return all
      .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Api')
      .map(([logicalId, { Properties }]) => {
        const apiId = nameOf(stack, logicalId);
        const stageNames = stages.filter(({ of }) => of === apiId).map(({ name }) => name);
        const name = resolved(Properties.Name ?? logicalId);
        return { apiId, name, protocol: resolved(Properties.ProtocolType), stageNames };
      });
  }

  function nameOf(stack: Stack, logicalId: string): string {
    const key = `${stack.name}/${logicalId}`;
    const known = names.get(key);
    if (known) return known;
    const resource = stack.template.Resources[logicalId];
    const type = resource?.Type ?? '';
    const given = resource?.Properties[nameProperty(type) ?? ''];
    const chosen = given === undefined ? undefined : resolve(given, scopeOf(stack));
    const prefix = /^AWS::DynamoDB::(Global)?Table$/.test(type) ? options.tableNamePrefix : '';
    const name = prefix + (typeof chosen === 'string' ? chosen : generatedName(stack.name, logicalId, type));
    names.set(key, name);
    return name;
  }

  function scopeOf(stack: Stack): Scope {
    const { template } = stack;
    const account = accountOf(stack);
    const scope: Scope = {
      ref(logicalId) {
        if (logicalId === 'AWS::NoValue') return undefined;
        const pseudo = pseudoParameter(stack, logicalId, account);
        if (pseudo !== undefined) return pseudo;
        if (Object.hasOwn(template.Parameters, logicalId))
          return parameterValue(stack, logicalId, parameters);
        const type = template.Resources[logicalId]?.Type;
        if (!type) return unresolved(`${stack.name}/${logicalId}`);
        if (type === 'AWS::Lambda::Version') return functionVersionArn(template, logicalId, scope, '1');
        if (type === 'AWS::Lambda::Alias') {
          return functionVersionArn(template, logicalId, scope, nameOf(stack, logicalId));
        }
        return refOf(type, nameOf(stack, logicalId), account);
      },
      getAtt(logicalId, attribute) {
        const resource = template.Resources[logicalId];
        if (!resource) return unresolved(`${stack.name}/${logicalId}.${attribute}`);
        if (/^AWS::Lambda::(Version|Alias)$/.test(resource.Type)) {
          return attribute === 'Version' ? '1' : scope.ref(logicalId);
        }
        const value = attributeOf(resource.Type, nameOf(stack, logicalId), attribute, account);
        const webSocket = attribute === 'ApiEndpoint' && resource.Properties.ProtocolType === 'WEBSOCKET';
        return webSocket ? String(value).replace(/^https:/, 'wss:') : value;
      },
      importValue(exportName) {
        for (const other of stacks) {
          for (const output of Object.values(other.template.Outputs)) {
            if (!output.Export) continue;
            const otherScope = scopeOf(other);
            if (resolve(output.Export.Name, otherScope) === exportName)
              return resolve(output.Value, otherScope);
          }
        }
        return unresolved(`export ${exportName}`);
      },
      stackOutput(stackName, outputName) {
        const other = stacks.find((s) => s.name === stackName);
        const output = other?.template.Outputs[outputName];
        return other && output
          ? resolve(output.Value, scopeOf(other))
          : unresolved(`${stackName}.${outputName}`);
      },
      condition: (name) => resolve(template.Conditions[name] ?? false, scope) === true,
      findInMap: (map, first, second) =>
        template.Mappings[map]?.[first]?.[second] ?? unresolved(`mapping ${map}.${first}.${second}`),
    };
    return scope;
  }
}

function pseudoParameter(stack: Stack, name: string, { region, accountId }: Account): string | undefined {
  const values: Readonly<Record<string, string>> = {
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stack.name}/${digest(stack.name, 16)}`,
    'AWS::StackName': stack.name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return values[name];
}

function functionVersionArn(
  { Resources }: Template,
  logicalId: string,
  scope: Scope,
  qualifier: string,
): string {
  const functionName = String(resolve(Resources[logicalId]?.Properties.FunctionName, scope));
  if (functionName.startsWith('arn:')) return `${functionName}:${qualifier}`;
  const { region, account } = { region: scope.ref('AWS::Region'), account: scope.ref('AWS::AccountId') };
  return `arn:aws:lambda:${region}:${account}:function:${functionName}:${qualifier}`;
}

const exists = ({ Condition }: { Condition?: string | undefined }, scope: Scope) =>
  !Condition || scope.condition(Condition);

/** The domains of the distributions of a stack: their own, and their aliases. */
const distributionDomains = ([stack, scope]: [Stack, Scope]): string[] =>
  Object.entries(stack.template.Resources)
    .filter(([, resource]) => resource.Type === 'AWS::CloudFront::Distribution' && exists(resource, scope))
    .flatMap(([logicalId, { Properties }]) => {
      const { DistributionConfig = {} } = resolve(Properties, scope) as {
        DistributionConfig?: { Aliases?: unknown[] };
      };
      return [scope.getAtt(logicalId, 'DomainName'), ...(DistributionConfig.Aliases ?? [])].map(String);
    });

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((v) => mapStrings(v, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, mapStrings(v, change)]));
}
