import { cpSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { unpackArchive } from './archive.ts';

/** What a template says about a function's code. */
export interface Code {
  /** Absolute path of the folder or archive; undefined if the code is not a file asset. */
  readonly asset: string | undefined;
  readonly inline: string | undefined;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
}

/** The scopes of the AWS SDK that the runtime brings along from Node.js 18 on. */
const broughtAlong = ['@aws-sdk', '@smithy'];

/**
 * Lays code out as Lambda does. Each asset is copied to where no project lies around it, so that a function finds the
 * modules of its asset and, one folder up, those of the runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 *
 * @param scratch a folder of the stack
 * @param assembly whose project may have more of the SDK than this one
 * @returns the folder that would be `/var/task`
 */
export function createTaskRoots(
  scratch: string,
  assembly: string,
): (logicalId: string, code: Code) => string {
  const withSdk = join(scratch, 'with-sdk');
  const bare = join(scratch, 'bare');
  linkSdk(join(withSdk, 'node_modules'), assembly);
  return (logicalId, { asset, inline, runtime }) => {
    const hasSdk = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 0) >= 18;
    const taskRoot = join(hasSdk ? withSdk : bare, asset ? basename(asset) : logicalId);
    // Several functions may have one asset.
    if (asset && existsSync(taskRoot)) return taskRoot;
    mkdirSync(taskRoot, { recursive: true });
    if (asset && statSync(asset).isDirectory()) {
      // Archives for Lambda have no links either.
      cpSync(asset, taskRoot, { recursive: true, dereference: true });
    } else if (asset) unpackArchive(asset, taskRoot);
    else if (inline !== undefined) writeFileSync(join(taskRoot, 'index.js'), inline);
    // Without any code it fails when it is invoked: a function that nothing here calls may be of any kind.
    return taskRoot;
  };
}

function linkSdk(modules: string, assembly: string): void {
  const nearest = nodeModulesAbove(join(resolve(assembly), 'node_modules'));
  const own = createRequire(import.meta.url).resolve.paths('@aws-sdk/core') ?? [];
  for (const scope of broughtAlong) {
    mkdirSync(join(modules, scope), { recursive: true });
    for (const folder of [...nearest, ...own]) {
      if (!existsSync(join(folder, scope))) continue;
      for (const name of readdirSync(join(folder, scope))) {
        const link = join(modules, scope, name);
        if (!existsSync(link)) symlinkSync(join(folder, scope, name), link, 'junction');
      }
    }
  }
}

function nodeModulesAbove(folder: string): string[] {
  const above = dirname(dirname(folder));
  return dirname(folder) === above ? [folder] : [folder, ...nodeModulesAbove(join(above, 'node_modules'))];
}
