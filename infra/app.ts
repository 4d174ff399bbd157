import { App, Tags } from 'aws-cdk-lib';
import { BUILT } from './built.ts';
import { ChatStack } from './chat-stack.ts';
import { LOCAL, readSettings } from './context-settings.ts';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { withEnvironment } from './environment.ts';

export interface ChatAppProps {
  /** What `buildAssets` has made. */
  built: string;
  /** On top of what the CDK itself passes. */
  context?: Record<string, unknown>;
  /** Where to synthesize to. */
  outdir?: string;
  /** Whether it is for the local stack: there an issuer need not have https, and nobody looks at where constructs were made. */
  isLocal?: boolean;
  /** Whether to run the CDK's own validation; the templates are the same without. */
  validates?: boolean;
}

/** The whole application. Throws `SettingsError`. */
export function chatApp({ built, context, outdir, isLocal = false, validates = false }: ChatAppProps): App {
  const app = new App({
    context: { ...context, [BUILT]: built, [LOCAL]: isLocal },
    ...(outdir !== undefined && { outdir }),
    ...(isLocal && { stackTraces: false, treeMetadata: false }),
    builtinCloudFormationValidation: validates,
  });
  const settings = readSettings(withEnvironment(app.node.getAllContext()), { isLocal });
  const { account, region } = settings;
  const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
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
  return app;
}
