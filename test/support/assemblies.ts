import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdk from '../../cdk.json' with { type: 'json' };

/**
 * The directory of a cloud assembly that all processes of a run share: the first that needs it synthesizes it, to where
 * it is told, by a function that loads the CDK only then, since that takes longer than to synthesize. test/setup/assemblies.ts
 * makes the folder and removes it.
 */
export async function sharedAssembly(
  name: string,
  synthesize: (outdir: string) => Promise<unknown>,
): Promise<string> {
  const directory = join(`${process.env.CHAT_ASSEMBLIES}`, name);
  if (existsSync(directory)) return directory;
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  await synthesize(outdir);
  try {
    // In one step: others may look for it meanwhile.
    renameSync(outdir, directory);
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true });
    // Else another process was faster.
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/** The assembly of the chat with these settings. */
export function chatAssembly(settings: Record<string, unknown>): Promise<string> {
  const context = { ...cdk.context, ...settings };
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return sharedAssembly(`chat-${digest.slice(0, 16)}`, async (outdir) => {
    const { chatApp } = await import('../../infra/app.ts');
    chatApp({ context, outdir, isLocal: true, checks: false }).synth();
  });
}
