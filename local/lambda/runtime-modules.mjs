// What a function can load: what is in its asset, what Node.js has, and what Lambda's runtime brings along.
import { existsSync, readFileSync } from 'node:fs';
import Module, { isBuiltin, register } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where a function finds what it asks for. `sdk` may lie outside of the asset; `unknown` is left to Node.js, such as
 * absolute paths and everything that a module outside of the asset asks for.
 *
 * @param from the file that asks
 * @param root the asset, without symbolic links
 * @returns {'unknown' | 'asset' | 'sdk' | 'nowhere'}
 */
export function placeOf(specifier, from, { root, runtime }) {
  if (!isIn(root, from) || isBuiltin(specifier) || /^(\/|#|[a-z]+:)/i.test(specifier)) return 'unknown';
  if (/^\.\.?(\/|$)/.test(specifier)) {
    return isIn(root, resolve(dirname(from), specifier)) ? 'asset' : 'nowhere';
  }
  const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [specifier];
  for (let folder = dirname(from); isIn(root, folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name)) || isCalled(folder, name)) return 'asset';
  }
  return broughtAlong(runtime).test(specifier) ? 'sdk' : 'nowhere';
}

const isIn = (root, file) => file === root || file.startsWith(root + sep);

/** A package may import itself by its name. */
function isCalled(folder, name) {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === name;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const broughtAlong = (runtime) =>
  Number(/\d+/.exec(runtime)) >= 18 ? /^@(aws-sdk|smithy)\// : /^aws-sdk(\/|$)/;

export const notInstalled = (specifier) =>
  `Cannot find '${specifier}'. Lambda's runtime has it; for the local stack, install it in this project or in the function's.`;

/** Has `require` and `import` of this thread find what they would on Lambda. */
export function findAsOnLambda(rules, entry) {
  const { _resolveFilename: original } = Module;
  const here = fileURLToPath(import.meta.url);
  const thisModule = { id: here, filename: here, paths: Module._nodeModulePaths(dirname(here)) };
  Module._resolveFilename = (specifier, parent, ...more) => {
    const from = parent?.filename ?? '';
    const find = (asker) => original.call(Module, specifier, asker, ...more);
    switch (placeOf(specifier, from, rules)) {
      case 'nowhere':
        throw Object.assign(new Error(`Cannot find module '${specifier}'\nRequire stack:\n- ${from}`), {
          code: 'MODULE_NOT_FOUND',
          requireStack: [from],
        });
      case 'sdk':
        return first(
          specifier,
          () => find(parent),
          () => find(thisModule),
        );
      default:
        return find(parent);
    }
  };
  if (needsHooks(rules, entry)) hook(rules);
}

function first(specifier, ...ways) {
  for (const way of ways) {
    try {
      return way();
    } catch (error) {
      if (error?.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw Object.assign(new Error(notInstalled(specifier)), { code: 'MODULE_NOT_FOUND' });
}

/**
 * Hooks double the time that an environment takes to start, so only functions have them whose `import` would otherwise find
 * more, or less. What cannot be seen here shows when the import fails.
 */
function needsHooks({ root }, { file, isCommonJs }) {
  const code = readFileSync(file, 'utf8');
  if (/\bimport\s*\(\s*['"`]@(aws-sdk|smithy)\//.test(code)) return true;
  return (!isCommonJs || /\bimport\s*\(/.test(code)) && hasPackagesAbove(root);
}

function hasPackagesAbove(root) {
  for (let folder = dirname(root); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return true;
  }
  return false;
}

let isHooked = false;

function hook(rules) {
  isHooked = true;
  register('./runtime-import.mjs', import.meta.url, { data: rules });
}

/** Imports the function's entry, with the SDK of the runtime if it asks for that. */
export async function importEntry(file, rules) {
  const url = pathToFileURL(file).href;
  try {
    return await import(url);
  } catch (error) {
    const sdk = error?.code === 'ERR_MODULE_NOT_FOUND' && /'@(aws-sdk|smithy)\//.test(error.message);
    if (isHooked || !sdk) throw error;
    hook(rules);
    // Under a new name, since the failure is remembered under the old one.
    return await import(`${url}?runtime`);
  }
}
