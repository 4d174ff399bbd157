import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { chatApp } from '../../infra/app.ts';
import { configSchema } from '../../infra/config-schema.ts';
import { readSettings, settings } from '../../infra/context-settings.ts';
import { SETTINGS_METADATA, surprises } from '../../infra/deployed.ts';
import { withEnvironment } from '../../infra/environment.ts';
import { settingsPropsSource } from '../../infra/settings-props-source.ts';
import { built, newOutdir } from '../support/synthesize.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('environments', () => {
  test('are the files in config, which are valid', () => {
    const names = readdirSync(`${root}config`).filter((file) => file !== 'schema.json');
    expect(names.sort()).toEqual(['dev.json', 'prod.json', 'stage.json']);
    for (const name of names) {
      const settings = readSettings(withEnvironment({ config: name.replace('.json', '') }));
      expect(settings.name).toMatch(/^LiveEventChat\w+$/);
      expect(settings.tags.environment).toBe(name.replace('.json', ''));
    }
  });

  test('are weaker than -c', () => {
    expect(withEnvironment({ config: 'dev', ephemeral: 'false' })).toMatchObject({
      name: 'LiveEventChatDev',
      ephemeral: 'false',
    });
  });

  test('that are not there are told with those that are', () => {
    expect(() => withEnvironment({ config: '../package' })).toThrow(
      /no config\/\.\.\/package\.json.*dev, prod, stage/,
    );
  });

  test('say to editors what there is: config/schema.json is as `npm run docs` writes it', () => {
    const written = JSON.parse(readFileSync(`${root}config/schema.json`, 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(configSchema())));
    const undocumented = Object.entries(written.properties as Record<string, { description?: string }>)
      .filter(([key, { description }]) => key !== '$schema' && !description)
      .map(([key]) => key);
    expect(undocumented).toEqual([]);
  });

  test('say it in the props of the construct, too: infra/settings-props.ts is as `npm run docs` writes it', () => {
    const written = readFileSync(`${root}infra/settings-props.ts`, 'utf8');
    expect(written).toBe(settingsPropsSource());
    const props = [...written.matchAll(/\/\*\* (.*) Default: (.*)\. \*\/\n {2}readonly '?([\w.]+)'?\?:/g)];
    expect(props.map(([, , , key]) => key).sort()).toEqual(
      Object.keys(settings.shape)
        .filter((key) => !['account', 'region', 'tags'].includes(key))
        .sort(),
    );
    for (const [, meaning = ''] of props) expect(meaning).toMatch(/^\S.{10,}/);
  });

  test('put their account, region and tags on the stacks', () => {
    const context = { account: '123456789012', region: 'eu-west-1', tags: { team: 'events' } };
    const { stacks } = chatApp({ built, context, outdir: newOutdir() }).synth();
    expect(stacks.map(({ environment }) => environment.name)).toEqual(
      Array(3).fill('aws://123456789012/eu-west-1'),
    );
    const [data] = stacks;
    expect(JSON.stringify(data?.template.Resources)).toContain('{"Key":"team","Value":"events"}');
  });
});

describe('a deployment', () => {
  const nothing = { drop: [], tableReplacement: false };
  const settings = (chosen: object) => ({ Metadata: { [SETTINGS_METADATA]: { ...chosen } } });
  const table = (properties = {}) => ({
    Resources: { Table1: { Type: 'AWS::DynamoDB::GlobalTable', Properties: properties } },
  });

  test('that changes a setting, or chooses another one, is nothing special', () => {
    const now = settings({ sendBurst: 20 });
    expect([...surprises(now, settings({ sendBurst: 30, 'auth.issuer': 'x' }), nothing)]).toEqual([]);
    expect([...surprises({}, settings({ sendBurst: 30 }), nothing)]).toEqual([]);
    // The account's role stays.
    expect([...surprises(settings({ createApiGatewayAccountRole: true }), settings({}), nothing)]).toEqual(
      [],
    );
  });

  test('that leaves out a setting is refused, unless that is meant', () => {
    const now = settings({ 'auth.issuer': 'https://id.example.com/', sendBurst: 20 });
    const next = settings({ sendBurst: 20 });
    expect([...surprises(now, next, nothing)]).toEqual([
      'auth.issuer is "https://id.example.com/" in what is deployed and not set any more. Set it, or add --allow-drop auth.issuer.',
    ]);
    expect([...surprises(now, next, { ...nothing, drop: ['auth.issuer'] })]).toEqual([]);
  });

  test('that deletes or replaces the table is refused, unless that is meant', () => {
    const keys = { KeySchema: [{ AttributeName: 'pk' }] };
    expect([...surprises(table(keys), { Resources: {} }, nothing)]).toEqual([
      expect.stringMatching(/^The table Table1 is deleted/),
    ]);
    expect([...surprises(table(keys), table({ KeySchema: [] }), nothing)]).toEqual([
      expect.stringMatching(/^The table Table1 is replaced, because its KeySchema changes/),
    ]);
    expect([...surprises(table(keys), table({ ...keys, BillingMode: 'X' }), nothing)]).toEqual([]);
    expect([...surprises(table(keys), {}, { ...nothing, tableReplacement: true })]).toEqual([]);
  });
});

describe('npm run deploy', () => {
  let aws: Server | undefined;
  afterEach(() => aws?.close());

  /** What the AWS APIs answer that the command asks: an account, its role for logs, the templates that are deployed. */
  async function startAws(account: { id: string; logRole?: string; templates: Record<string, object> }) {
    const answerTo = (url = '', body = ''): [status: number, text: string] => {
      if (url.startsWith('/account'))
        return [200, JSON.stringify(account.logRole ? { cloudwatchRoleArn: account.logRole } : {})];
      const form = new URLSearchParams(body);
      if (form.get('Action') === 'GetCallerIdentity')
        return [
          200,
          `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account.id}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        ];
      const name = `${form.get('StackName')}`;
      const template = account.templates[name];
      if (!template)
        return [
          400,
          `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
        ];
      const escaped = JSON.stringify(template).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return [
        200,
        `<GetTemplateResponse><GetTemplateResult><TemplateBody>${escaped}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
      ];
    };
    aws = createServer(async (req, res) => {
      const body = (await req.toArray()).map(String).join('');
      const [status, text] = answerTo(req.url, body);
      res.writeHead(status, { 'content-type': text.startsWith('<') ? 'text/xml' : 'application/json' });
      res.end(text);
    });
    const server = aws;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const deploy = (endpoint: string, ...args: string[]): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'secret',
      };
      const command = ['--import', 'tsx', 'deploy.ts', ...args];
      execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
      );
    });

  test('refuses credentials for another account than that of the environment', async () => {
    const endpoint = await startAws({ id: '111111111111', templates: {} });
    expect(await deploy(endpoint, 'prod', '-c', 'account=222222222222')).toEqual({
      code: 1,
      said: expect.stringContaining(
        'config/prod.json is for account 222222222222, and your credentials are for 111111111111',
      ),
    });
  });

  test('refuses an account in which API Gateway may not write logs', async () => {
    const endpoint = await startAws({ id: '111111111111', templates: {} });
    expect(await deploy(endpoint, 'prod')).toEqual({
      code: 1,
      said: expect.stringMatching(/no role to write logs .* -c createApiGatewayAccountRole=true/),
    });
  });

  test('refuses a wrong option, an unknown environment and an unknown setting, before it asks AWS', async () => {
    const nowhere = 'http://127.0.0.1:9';
    expect((await deploy(nowhere, '--chek')).said).toContain("Unknown option '--chek'");
    expect((await deploy(nowhere, 'production')).said).toContain('There is no config/production.json');
    expect((await deploy(nowhere, 'prod', '-c', 'nam=x')).said).toContain('nam: no such setting');
  });

  test('refuses to leave out the issuer or to lose the table of what is deployed', {
    timeout: 180_000,
  }, async () => {
    const endpoint = await startAws({
      id: '111111111111',
      logRole: 'arn:aws:iam::111111111111:role/logs',
      templates: {
        LiveEventChatProdChat: {
          Metadata: { [SETTINGS_METADATA]: { 'auth.issuer': 'https://id.example.com/' } },
        },
        LiveEventChatProdData: { Resources: { OldTable: { Type: 'AWS::DynamoDB::GlobalTable' } } },
      },
    });
    const { code, said } = await deploy(endpoint, 'prod', '--check');
    expect(said).toContain('add --allow-drop auth.issuer');
    expect(said).toContain('The table OldTable is deleted');
    expect(code).toBe(1);
  });
});
