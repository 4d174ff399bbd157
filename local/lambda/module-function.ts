import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { arnOf } from '../cloudformation/attributes.ts';
import { defaultAccount, digest } from '../cloudformation/physical-id.ts';
import type { FunctionConfiguration } from './function.ts';
import type { TaskRoots } from './task-roots.ts';

/** A function that no template has: a module of Node.js, which stays where it is, and may import what lies around it. */
export interface ModuleFunction {
  readonly name: string;
  /** It exports `handler`. */
  readonly file: string;
}

const TIMEOUT_MS = 15_000;
const MEMORY_MB = 512;

const urlOf = (file: string) => pathToFileURL(resolve(file)).href;

/** By which the functions of a template may invoke it. */
export const arnOfModule = (name: string): string => arnOf('AWS::Lambda::Function', name, defaultAccount());

/** In an account that allows everything. It is invoked by its name or its ARN. */
export function moduleFunction({ name, file }: ModuleFunction, taskRoots: TaskRoots): FunctionConfiguration {
  const runtime = 'nodejs24.x';
  const inline = `exports.handler = async (...event) => {
    const module = await import(${JSON.stringify(urlOf(file))});
    return (module.handler ?? module.default.handler)(...event);
  };`;
  return {
    ...{ logicalId: name, name, arn: arnOfModule(name), region: defaultAccount().region },
    ...{ runtime, handler: 'index.handler', timeoutMs: TIMEOUT_MS, memoryMb: MEMORY_MB },
    taskRoot: taskRoots.of(name, { asset: undefined, inline, runtime }),
    environment: {},
    roleArn: '',
    accessKeyId: `ASIA${digest(file, 36).toUpperCase().slice(0, 16)}`,
  };
}

/** Loads a module as an execution environment does, which knows no TypeScript, and says on stderr what is wrong with it. */
const probe = `
try {
  const module = await import(process.argv[1]);
  if (typeof (module.handler ?? module.default?.handler) === 'function') process.exit(0);
  console.error('must export a function called handler.');
} catch (error) {
  console.error('cannot be loaded: ' + error);
}
process.exit(1);`;
const PROBE_MS = 10_000;

/** Throws in a sentence for the user if a file is not there, cannot be loaded or exports no `handler`. */
export function checkModule(option: string, file: string): void {
  if (!existsSync(file)) throw new Error(`${option} ${file}: there is no such file.`);
  const args = ['--input-type=module', '-e', probe, urlOf(file)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: PROBE_MS });
  if (status === 0) return;
  throw new Error(`${option} ${file}: ${stderr.trim() || 'cannot be loaded within ten seconds.'}`);
}
