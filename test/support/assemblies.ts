import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdk from '../../cdk.json' with { type: 'json' };

/** Where all processes of one run find what others have synthesized; test/setup/run.ts makes and removes it. */
const folder = () => process.env.CHAT_ASSEMBLIES ?? '';

/** The directory of the cloud assembly of the chat with these settings, synthesized once in a run. */
export async function chatAssembly(settings: Record<string, unknown>): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
  const directory = join(folder(), name);
  if (existsSync(directory)) return directory;
  // Loaded only here: the CDK takes longer to load than to synthesize.
  const { chatApp } = await import('../../infra/app.ts');
  const outdir = mkdtempSync(join(tmpdir(), 'chat-'));
  const context = { ...cdk.context, ...settings };
  chatApp({ context, outdir, isLocal: true, checks: false }).synth();
  try {
    // In one step: others may look for it meanwhile.
    renameSync(outdir, directory);
  } catch {
    // Another process was faster.
    rmSync(outdir, { recursive: true, force: true });
  }
  return directory;
}
