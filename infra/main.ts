import { buildAssets } from './build.ts';
import { checkedChatApp } from './checked-app.ts';
import { SettingsError } from './context-settings.ts';

/** The app that cdk.json runs. */
try {
  checkedChatApp({ built: await buildAssets() }).synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
