import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildAssets } from './build.ts';
import { ChatStack } from './chat-stack.ts';
import { credentialsOf, LOCAL, readSettings } from './context-settings.ts';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { withEnvironment } from './environment.ts';

export interface ChatAppProps {
  /** On top of what the CDK itself passes. */
  context?: Record<string, unknown>;
  /** Where to synthesize to. */
  outdir?: string;
  /** Whether it is for the local stack, where an issuer need not have https. */
  isLocal?: boolean;
  /** Whether to run cdk-nag and the CDK's own validation; the templates are the same without. */
  checks?: boolean;
}

/** The whole application. Throws `SettingsError`. */
export function chatApp({ context, outdir, isLocal = false, checks = true }: ChatAppProps = {}): App {
  const app = new App({
    context: { ...context, [LOCAL]: isLocal },
    ...(outdir !== undefined && { outdir }),
    builtinCloudFormationValidation: checks,
  });
  const settings = readSettings(withEnvironment(app.node.getAllContext()), { isLocal });
  const { account, region } = settings;
  const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
  buildAssets(settings.edge ? [credentialsOf(settings)] : []);
  // A stack without resources could not be deployed. What there was is left as it is.
  const data =
    settings.tableName === undefined
      ? new DataStack(app, `${settings.name}Data`, {
          description: 'Live event chat: the table',
          env,
          settings,
          terminationProtection: !settings.ephemeral,
        })
      : undefined;
  const { chat } = new ChatStack(app, `${settings.name}Chat`, {
    description: 'Live event chat: APIs, functions, delivery',
    env,
    settings,
    table: data?.table,
  });
  if (settings.edge) {
    new EdgeStack(app, `${settings.name}Edge`, {
      description: 'Live event chat: one domain for the page and the APIs',
      env,
      settings,
      http: chat.httpApi,
      webSocket: chat.webSocketApi,
    });
  }
  for (const [key, value] of Object.entries(settings.tags)) Tags.of(app).add(key, value);
  if (checks) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
