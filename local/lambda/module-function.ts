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

/** Throws in a sentence for the user if a file is not there, cannot be loaded or exports no `handler`. */
export async function checkModule(option: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  if (!existsSync(file)) throw new Error(`${option} ${file}: there is no such file.`);
  let module: { handler?: unknown; default?: { handler?: unknown } };
  try {
    module = await import(urlOf(file));
  } catch (error) {
    throw new Error(`${option} ${file}: cannot be loaded: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof (module.handler ?? module.default?.handler) === 'function') return;
  throw new Error(`${option} ${file}: must export a function called handler.`);
}
