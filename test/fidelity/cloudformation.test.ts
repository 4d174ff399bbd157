import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, Stack, Stage } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAssembly } from '../../local/cloudformation/assembly.ts';
import { type Resolved, resolveStacks } from '../../local/cloudformation/resolver.ts';
import { coreAssembly } from './core/core-stack.ts';

const options = {
  origin: 'http://localhost:5000',
  region: 'us-east-1',
  accountId: '000000000000',
  tableNamePrefix: '',
};

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

describe('a cloud assembly', () => {
  let resolved: Resolved;
  const all = (type: string) => resolved.resources.filter((resource) => resource.type === type);
  const one = (type: string, logicalIdPart: string) =>
    all(type).find(({ logicalId }) => logicalId.startsWith(logicalIdPart));

  let assembly: string;
  beforeAll(async () => {
    assembly = await coreAssembly();
    resolved = resolveStacks(readAssembly(assembly), options);
  });

  it('gives names that look like those of AWS and are the same every time', () => {
    expect(one('AWS::Lambda::Function', 'Echo')?.physicalId).toMatch(
      /^Core-Echo[0-9A-F]{8}-[0-9A-Za-z]{12}$/,
    );
    expect(one('AWS::ApiGatewayV2::Api', 'Sockets')?.physicalId).toMatch(/^a[a-z0-9]{9}$/);
    const again = resolveStacks(readAssembly(assembly), options);
    expect(again.resources.map(({ physicalId }) => physicalId)).toEqual(
      resolved.resources.map(({ physicalId }) => physicalId),
    );
    const names = resolved.resources.map(({ type, physicalId }) => `${type} ${physicalId}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('imports what another stack exports', () => {
    const [table] = all('AWS::DynamoDB::GlobalTable');
    expect(table?.stack).toBe('Data');
    const echo = one('AWS::Lambda::Function', 'Echo');
    expect(echo).toMatchObject({
      stack: 'Core',
      properties: { Environment: { Variables: { TABLE: table?.physicalId } } },
    });
    expect(one('AWS::Lambda::EventSourceMapping', 'Consumer')?.properties).toMatchObject({
      EventSourceArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${table?.physicalId}/stream/2026-01-01T00:00:00.000`,
    });
  });

  it('puts the local origin where the URL of an API was', () => {
    expect(resolved.outputs).toMatchObject({
      SocketUrl: 'ws://localhost:5000/prod',
      'Core.HttpUrl': 'http://localhost:5000',
    });
    expect(one('AWS::Lambda::Function', 'Echo')?.properties).toMatchObject({
      Environment: { Variables: { CALLBACK_URL: 'http://localhost:5000/prod' } },
    });
  });

  it('keeps the real names inside ARNs and integration URIs', () => {
    const api = one('AWS::ApiGatewayV2::Api', 'Sockets');
    const stage = one('AWS::ApiGatewayV2::Stage', 'Stage');
    expect(stage).toMatchObject({ physicalId: 'prod', properties: { ApiId: api?.physicalId } });
    expect(one('AWS::IAM::Policy', 'DatabaseServiceRole')?.properties).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Resource: `arn:aws:dynamodb:us-east-1:000000000000:table/${all('AWS::DynamoDB::GlobalTable')[0]?.physicalId}`,
          }),
        ]),
      },
    });
  });
});

describe('intrinsic functions', () => {
  /** Synthesizes a stack of one resource with these properties and gives them resolved. */
  function resolve(build: (stack: Stack) => Record<string, unknown>): Record<string, unknown> {
    const outdir = mkdtempSync(join(tmpdir(), 'intrinsics-'));
    directories.push(outdir);
    const app = new App({ outdir, analyticsReporting: false });
    // In a stage, whose stacks are in an assembly of their own.
    const stack = new Stack(new Stage(app, 'Beta'), 'Stack');
    new CfnResource(stack, 'Thing', { type: 'Test::Thing', properties: build(stack) });
    app.synth();
    const { resources, outputs } = resolveStacks(readAssembly(outdir), options);
    const thing = resources.find(({ logicalId }) => logicalId === 'Thing');
    return { ...thing?.properties, outputs, types: resources.map(({ type }) => type) };
  }

  it('are resolved', () => {
    const properties = resolve((stack) => {
      new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue', properties: { QueueName: 'jobs' } });
      const size = new CfnParameter(stack, 'Size', { default: 'large' });
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Fn::Sub has the same syntax
      new CfnOutput(stack, 'Out', { value: Fn.sub('${Size} in ${AWS::Region}, ${!literal}') });
      stack.templateOptions.description = '';
      return {
        parameter: size.valueAsString,
        pseudo: Fn.join('/', [
          stack.partition,
          stack.account,
          stack.region,
          stack.stackName,
          stack.urlSuffix,
        ]),
        sub: Fn.sub('${Queue.Arn} and ${own}', { own: Fn.ref('Size') }),
        queue: Fn.ref('Queue'),
        selected: Fn.select(1, Fn.split('-', 'a-b-c')),
        base64: Fn.base64('text'),
        gone: { Ref: 'AWS::NoValue' },
        list: ['kept', { Ref: 'AWS::NoValue' }],
      };
    });
    expect(properties).toMatchObject({
      parameter: 'large',
      pseudo: 'aws/000000000000/us-east-1/Beta-Stack/amazonaws.com',
      sub: 'arn:aws:sqs:us-east-1:000000000000:jobs and large',
      queue: 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs',
      selected: 'b',
      base64: 'dGV4dA==',
      list: ['kept'],
      outputs: { Out: 'large in us-east-1, ${literal}' },
    });
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: until here
    expect(properties).not.toHaveProperty('gone');
  });

  it('of conditions decide on values and on whole resources', () => {
    const properties = resolve((stack) => {
      const yes = new CfnCondition(stack, 'Yes', {
        expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'us-east-1'),
      });
      const no = new CfnCondition(stack, 'No', { expression: Fn.conditionNot(yes) });
      new CfnResource(stack, 'Here', { type: 'Test::Here' }).cfnOptions.condition = yes;
      new CfnResource(stack, 'Absent', { type: 'Test::Absent' }).cfnOptions.condition = no;
      return { chosen: Fn.conditionIf('Yes', 'then', 'else'), other: Fn.conditionIf('No', 'then', 'else') };
    });
    expect(properties).toMatchObject({ chosen: 'then', other: 'else' });
    expect(properties.types).toContain('Test::Here');
    expect(properties.types).not.toContain('Test::Absent');
  });

  it('that nothing here knows become a text that says so', () => {
    const Properties = {
      attribute: { 'Fn::GetAtt': ['Nobody', 'Colour'] },
      imported: { 'Fn::ImportValue': 'elsewhere' },
      transformed: { 'Fn::Transform': { Name: 'x' } },
    };
    const Resources = { Thing: { Type: 'Test::Thing', Properties } };
    const template = { Parameters: {}, Mappings: {}, Conditions: {}, Resources, Outputs: {} };
    const { resources } = resolveStacks([{ name: 'Stack', template, assets: new Map() }], options);
    expect(resources[0]?.properties).toEqual({
      attribute: 'unresolved(Stack/Nobody.Colour)',
      imported: 'unresolved(export elsewhere)',
      transformed: 'unresolved(Fn::Transform)',
    });
  });

  it('of a folder that is no assembly are not looked for', () => {
    expect(() => readAssembly('/nowhere')).toThrow('/nowhere is not a cloud assembly');
  });
});
