import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Account, accountOf, deployedTemplate, mayApiGatewayLog } from './infra/aws-account.ts';
import { readSettings, type Settings, SettingsError } from './infra/context-settings.ts';
import { type Allowed, surprises } from './infra/deployed.ts';
import { withEnvironment } from './infra/environment.ts';
import { pairsOf } from './local/pairs.ts';

const help = `Deploys the chat, after looking at what is deployed.

  npm run deploy                          with the settings of cdk.json
  npm run deploy -- prod                  with those of config/prod.json
  npm run deploy -- prod -c key=value     with a setting that is stronger than the file's
  npm run deploy -- prod --check          only looks, and says what it would refuse

It refuses what is hardly meant, unless told:
  --allow-drop key                        a setting of the last deployment is left out
  --allow-table-replacement               the table is deleted, or replaced by an empty one

  --profile name                          the credentials of a profile
  -- --any-option                         what follows -- goes to cdk deploy

Without a terminal nobody can be asked for approval: then --require-approval never is added.`;

/** A sentence for the person who runs the command. */
class Refusal extends Error {}

const options = {
  context: { type: 'string', short: 'c', multiple: true, default: [] },
  'allow-drop': { type: 'string', multiple: true, default: [] },
  'allow-table-replacement': { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  profile: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} satisfies ParseArgsConfig['options'];

/** The command line; what follows `--` is for the CDK. Throws what Node says of unknown options. */
function readCommand(args: readonly string[]) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const own = args.slice(0, end);
  const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
  const [environment, ...more] = positionals;
  if (more.length > 0) throw new Refusal(`${positionals.join(' ')}: one environment at a time.`);
  return { ...values, environment, forCdk: args.slice(end + 1) };
}

const root = fileURLToPath(new URL('.', import.meta.url));
const outdir = join(root, 'cdk.out');

/** Runs the CDK's command line; its own messages say what went wrong. */
function cdk(...args: string[]): void {
  const { status, error } = spawnSync('npx', ['cdk', ...args], { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Refusal('');
}

async function main(args: readonly string[]): Promise<void> {
  const { environment, forCdk, ...values } = readCommand(args);
  if (values.help) return console.log(help);
  if (values.profile !== undefined) process.env.AWS_PROFILE = values.profile;
  const context = {
    ...(environment !== undefined && { config: environment }),
    ...pairsOf('-c', values.context),
  };
  const { context: ofCdkJson } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  const settings = readSettings(withEnvironment({ ...ofCdkJson, ...context }));
  const account = await accountOf(settings.region);
  await checkAccount(settings, account, environment);
  console.log(`Synthesizing for account ${account.id}, region ${account.region} …`);
  const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  cdk('synth', '--quiet', '--output', outdir, ...given);
  const allowed = { drop: values['allow-drop'], tableReplacement: values['allow-table-replacement'] };
  const refused = await compare(account, allowed);
  if (refused.length > 0) throw new Refusal(`Nothing was deployed:\n  ${refused.join('\n  ')}`);
  if (values.check) return console.log('Nothing speaks against deploying this. Without --check it would be.');
  if (!process.stdin.isTTY) forCdk.unshift('--require-approval', 'never');
  console.log(`cdk deploy --all ${forCdk.join(' ')}`);
  cdk('deploy', '--all', '--app', outdir, ...forCdk);
}

async function checkAccount(settings: Settings, account: Account, environment = ''): Promise<void> {
  const file = environment === '' ? 'The settings are' : `config/${environment}.json is`;
  if (settings.account !== undefined && settings.account !== account.id) {
    throw new Refusal(
      `${file} for account ${settings.account}, and your credentials are for ${account.id}. Choose others, for example with --profile.`,
    );
  }
  if (!settings.accessLogs || settings.createApiGatewayAccountRole) return;
  if (await mayApiGatewayLog(account)) return;
  throw new Refusal(
    `API Gateway has no role to write logs with in account ${account.id}, region ${account.region}. Add -c createApiGatewayAccountRole=true once, or -c accessLogs=false to do without access logs.`,
  );
}

/** What each of the stacks would do that is hardly meant. */
async function compare(account: Account, allowed: Allowed): Promise<string[]> {
  const { artifacts } = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
  const stacks = Object.entries(artifacts as Record<string, { type: string; properties: never }>).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  const found: string[] = [];
  for (const [id, { properties }] of stacks) {
    const { templateFile, stackName = id } = properties as { templateFile: string; stackName?: string };
    const now = await deployedTemplate(account, stackName);
    const next = JSON.parse(readFileSync(join(outdir, templateFile), 'utf8'));
    if (now) found.push(...surprises(now, next, allowed));
  }
  return found;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof Refusal || error instanceof SettingsError;
  const { name, message } = error as Error;
  // What the AWS SDK throws says what is missing: credentials, a region, a permission.
  if (message !== '') console.error(isOurs ? message : `${name}: ${message}`);
  process.exitCode = 1;
}
