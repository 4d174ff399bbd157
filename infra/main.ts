import { chatApp } from './app.ts';
import { SettingsError } from './context-settings.ts';

/** The app that cdk.json runs. */
try {
  chatApp().synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
