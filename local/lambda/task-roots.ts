import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
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

export interface TaskRoots {
  /** The folder that would be `/var/task`. */
  of(logicalId: string, code: Code): string;
  remove(): void;
}

/** What the runtime brings along from Node.js 18 on, and before: scopes and packages. */
const broughtAlong = { sdk3: ['@aws-sdk', '@smithy'], sdk2: ['aws-sdk'] };

/**
 * Lays code out as Lambda does. Each asset is copied to where no project lies around it, so that a function finds the
 * modules of its asset and, one folder up, those of the runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 *
 * @param assembly whose project may have more of the SDK than this one
 */
export function createTaskRoots(assembly: string): TaskRoots {
  const scratch = mkdtempSync(join(tmpdir(), 'local-stack-'));
  linkSdks(scratch, assembly);
  const of: TaskRoots['of'] = (logicalId, { asset, inline, runtime }) => {
    const isOld = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 0) < 18;
    const taskRoot = join(scratch, isOld ? 'sdk2' : 'sdk3', asset ? basename(asset) : logicalId);
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
  return { of, remove: () => rmSync(scratch, { recursive: true, force: true }) };
}

function linkSdks(scratch: string, assembly: string): void {
  const nearest = nodeModulesAbove(resolve(assembly));
  const own = createRequire(import.meta.url).resolve.paths('@aws-sdk/core') ?? [];
  for (const folder of [...nearest, ...own]) {
    for (const [sdk, names] of Object.entries(broughtAlong)) {
      for (const path of names.flatMap((name) => packagesOf(folder, name))) {
        const link = join(scratch, sdk, 'node_modules', path);
        mkdirSync(dirname(link), { recursive: true });
        if (!existsSync(link)) symlinkSync(join(folder, path), link, 'junction');
      }
    }
  }
}

/** A package, or those of a scope. */
function packagesOf(folder: string, name: string): string[] {
  if (!existsSync(join(folder, name))) return [];
  return name.startsWith('@') ? readdirSync(join(folder, name)).map((part) => join(name, part)) : [name];
}

function nodeModulesAbove(folder: string): string[] {
  const here = join(folder, 'node_modules');
  return folder === dirname(folder) ? [here] : [here, ...nodeModulesAbove(dirname(folder))];
}
