import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import cdk from '../../../cdk.json' with { type: 'json' };
import { chatApp } from '../../../infra/app.ts';
import { buildAssets, bundling } from '../../../infra/build.ts';
import type { Entry } from '../../../infra/built.ts';
import { readAssembly } from '../../../local/cloudformation/assembly.ts';
import type { LocalStackOptions } from '../../../local/local-stack.ts';
import { type RunningChat, runChat } from '../../support/run-chat.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const idle = 'export const handler = async () => ({ batchItemFailures: [] })';
const inRoot = (path: string) => join(root, path);

/** The chat with these settings, but the sender's Lambda posts straight to everybody, and nothing else delivers messages. */
export async function runDirectly(
  settings: Record<string, unknown>,
  options: Partial<LocalStackOptions> = {},
): Promise<RunningChat> {
  const outdir = mkdtempSync(join(tmpdir(), 'chat-directly-'));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  try {
    chatApp({ built: await buildAssets(), context: { ...cdk.context, ...settings }, outdir }).synth();
    await bundleInto(assetOf('websocket/send-message', outdir), "export * from './send-message.ts'");
    // Both would find messages that no window has told of, and tell them again.
    await bundleInto(assetOf('stream/deliver', outdir), idle);
    await bundleInto(assetOf('schedule/sweep', outdir), idle);
    const stack = await runChat(settings, { ...options, assembly: outdir });
    const { stop } = stack;
    return Object.assign(stack, { stop: () => stop().finally(remove) });
  } catch (error) {
    remove();
    throw error;
  }
}

/** The folder with the code of a function, in a synthesized assembly. */
function assetOf(entry: Entry, assembly: string): string {
  for (const { template, assets } of readAssembly(assembly)) {
    for (const { Properties } of Object.values(template.Resources)) {
      const { Description, Code } = Properties as { Description?: string; Code?: { S3Key?: string } };
      const folder = assets.get(Code?.S3Key ?? '');
      if (folder && `${Description}`.endsWith(entry)) return folder;
    }
  }
  throw new Error(`No function is described as ${entry}`);
}

async function bundleInto(folder: string, contents: string): Promise<void> {
  await build({
    ...bundling,
    stdin: { contents, resolveDir: inRoot('test/bench/direct'), loader: 'ts' },
    outfile: join(folder, 'index.mjs'),
    allowOverwrite: true,
    plugins: [noDelivery],
  });
}

const noDelivery: Plugin = {
  name: 'no-delivery',
  setup({ onResolve }) {
    const [real, standIn] = [inRoot('shared/delivery/deliver.ts'), inRoot('test/bench/direct/deliver.ts')];
    onResolve({ filter: /\/deliver\.ts$/ }, ({ path, importer }) => {
      const isReal = resolve(dirname(importer), path) === real;
      return isReal && importer !== standIn ? { path: standIn } : undefined;
    });
  },
};
