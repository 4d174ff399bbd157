import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import cdk from '../../cdk.json' with { type: 'json' };
import { chatApp } from '../../infra/app.ts';
import { buildAssets } from '../../infra/build.ts';
import { checkedChatApp } from '../../infra/checked-app.ts';

/** The folder with the bundles and the page. */
export const built = await buildAssets();

const folder = mkdtempSync(join(tmpdir(), 'chat-infra-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A folder to synthesize to, which is removed at the end. */
export const newOutdir = (): string => mkdtempSync(join(folder, 'cdk.out-'));

/** The app with these settings. Assets are not copied: that takes longer than to synthesize, and changes no template. */
const propsOf = (settings: Record<string, unknown>) => ({
  built,
  context: { ...cdk.context, [DISABLE_ASSET_STAGING_CONTEXT]: true, ...settings },
  outdir: newOutdir(),
});

/** Throws `SettingsError`. */
export const synthesize = (settings: Record<string, unknown> = {}): App => chatApp(propsOf(settings));

const known = new Map<string, Stack[]>();

/** Its stacks: the table, the chat, and the edge. The same for the same settings: a synthesis takes a second. */
export function stacksOf(settings: Record<string, unknown> = {}): readonly Stack[] {
  const key = JSON.stringify(settings);
  const stacks =
    known.get(key) ??
    synthesize(settings).node.children.filter((child): child is Stack => 'templateFile' in child);
  known.set(key, stacks);
  return stacks;
}

/** What cdk-nag and the CDK's own validation find. */
export const findingsWith = (settings: Record<string, unknown> = {}): unknown[] =>
  findingsOf(checkedChatApp(propsOf(settings)));

export function findingsOf(app: App): unknown[] {
  const { directory } = app.synth();
  return JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')).pluginReports;
}
