import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cdk from '../../cdk.json' with { type: 'json' };
import { localAssembly, synthesizeLocally } from '../../infra/local-assembly.ts';

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

/** The assembly of the chat with these settings: made once from the same code, also for later runs. */
export function chatAssembly(settings: Record<string, unknown>): Promise<string> {
  const digest = process.env.CHAT_INPUTS;
  return localAssembly({ ...cdk.context, ...settings }, synthesizeLocally, { digest });
}
