import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type ChatAppProps, chatApp } from './app.ts';

/** The whole application, looked at by cdk-nag and the CDK's own validation when it is synthesized. Throws `SettingsError`. */
export function checkedChatApp(props: ChatAppProps): App {
  const app = chatApp({ ...props, validates: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
