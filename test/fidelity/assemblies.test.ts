import { relative } from 'node:path';
import {
  type App,
  CfnOutput,
  CfnParameter,
  Fn,
  type IStackSynthesizer,
  LegacyStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { expect, test } from 'vitest';
import { startAssembly, synthesizeApp, temporaryFolder, writeFiles } from './support/start-app.ts';

const handler = 'index.handler';
const runtime = Runtime.NODEJS_22_X;
const hello = () =>
  Code.fromAsset(
    writeFiles(temporaryFolder(), {
      'index.js': 'exports.handler = async () => ({ hello: process.env.WHO });',
    }),
  );

const withParameters = (app: App) => {
  const stack = new Stack(app, 'Core');
  const who = new CfnParameter(stack, 'Who', { description: 'whom to greet' });
  const list = new CfnParameter(stack, 'List', { type: 'CommaDelimitedList', default: 'a, b' });
  const environment = { WHO: `${who.valueAsString} ${Fn.join('', list.valueAsList)}` };
  new LambdaFunction(stack, 'Hello', { code: hello(), handler, runtime, environment });
  const { valueAsString } = new CfnParameter(new Stack(app, 'Other'), 'Who', { default: 'nobody' });
  new CfnOutput(app.node.findChild('Other') as Stack, 'Greeted', { value: valueAsString });
};

test('a parameter without a default gets its value as from cdk deploy', async () => {
  const assembly = synthesizeApp(withParameters);
  const one = await startAssembly(assembly, { parameters: { Who: 'you' } });
  expect(await one.invoke('Hello')).toMatchObject({ payload: { hello: 'you ab' } });
  expect(one.outputs.Greeted).toBe('you');
  const two = await startAssembly(assembly, { parameters: { 'Core:Who': 'me', 'Core:List': 'c' } });
  expect(await two.invoke('Hello')).toMatchObject({ payload: { hello: 'me c' } });
  expect(two.outputs.Greeted).toBe('nobody');
});

test('without a value it is named, in a sentence', async () => {
  await expect(startAssembly(synthesizeApp(withParameters))).rejects.toThrow(
    'The parameter Who of Core has no default: give its value with --parameters Core:Who=…',
  );
});

test('a value for a parameter that no stack has is refused', async () => {
  const parameters = { Who: 'you', constructor: 'x' };
  await expect(startAssembly(synthesizeApp(withParameters), { parameters })).rejects.toThrow(
    '--parameters constructor=…: no stack has a parameter of this name.',
  );
});

test('a parameter that CloudFormation reads from Systems Manager needs a value where it is used', async () => {
  const assembly = synthesizeApp((app) => {
    const stack = new Stack(app, 'Core');
    new CfnOutput(stack, 'Found', { value: StringParameter.valueForStringParameter(stack, '/a/name') });
  });
  await expect(startAssembly(assembly)).rejects.toThrow(
    /^The parameter SsmParameterValueaname\w+ of Core is read from Systems Manager \(\/a\/name\), which does not run here/,
  );
  const name = 'SsmParameterValueanameC96584B6F00A464EAD1953AFF4B05118Parameter';
  const { outputs } = await startAssembly(assembly, { parameters: { [name]: 'value' } });
  expect(outputs.Found).toBe('value');
});

test('an assembly whose path is relative runs', async () => {
  const assembly = synthesizeApp((app) => {
    new LambdaFunction(new Stack(app, 'Core'), 'Hello', { code: hello(), handler, runtime });
  });
  const { invoke } = await startAssembly(relative(process.cwd(), assembly));
  expect(await invoke('Hello')).toEqual({ ok: true, payload: {} });
});

test('an assembly of CDK v1 runs, whose templates find assets by parameters', async () => {
  const assembly = synthesizeApp((app) => {
    const stack = new Stack(app, 'Core', { synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer });
    const environment = { WHO: 'v1' };
    new LambdaFunction(stack, 'Hello', { code: hello(), handler, runtime, environment });
  });
  const { invoke, resources } = await startAssembly(assembly);
  expect(resources.find(({ type }) => type === 'AWS::Lambda::Function')?.properties.Code).toMatchObject({
    S3Bucket: 'assets',
  });
  expect(await invoke('Hello')).toEqual({ ok: true, payload: { hello: 'v1' } });
});

test.for([
  [{}, /is not a cloud assembly: it has no manifest\.json/],
  [{ 'manifest.json': '{' }, /manifest\.json cannot be read: /],
  [
    {
      'manifest.json':
        '{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"a.json"}}}}',
    },
    /a\.json cannot be read: /,
  ],
] as const)('what is no assembly is said: %o', async ([files, message]) => {
  await expect(startAssembly(writeFiles(temporaryFolder(), files))).rejects.toThrow(message);
});
