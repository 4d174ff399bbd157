import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire, register } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './runtime-errors.mjs';

/** Loads `a/b.handler`, or says with Lambda's own error why it cannot. Returns `(event, context) => Promise`. */
export async function loadHandler({ taskRoot, handler, runtime }) {
  const [, name, path] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? [];
  if (!name || !path || handler.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  process.setSourceMapsEnabled(true);
  asOnLambda(taskRoot);
  const module = await load(join(taskRoot, dirname(handler), name), name);
  const find = (from) => path.split('.').reduce((object, key) => object?.[key], from);
  const found = find(module) ?? find(module.default);
  if (found === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  }
  if (found.length < 3) return async (event, context) => found(event, context);
  if (Number(/\d+/.exec(runtime)) < 24) return (event, context) => withCallback(found, event, context);
  throw new RuntimeError(
    'Runtime.CallbackHandlerDeprecated',
    'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify ' +
      'this function to use a supported handler signature to use Node.js 24 or later.',
  );
}

async function load(path, name) {
  const file = ['.js', '.mjs', '.cjs'].map((extension) => path + extension).find(existsSync);
  if (!file) throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
  try {
    const commonJs = file.endsWith('.cjs') || (file.endsWith('.js') && !isModule(file));
    return commonJs ? createRequire(file)(file) : await importModule(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', String(error), error);
    if (/MODULE_NOT_FOUND/.test(error?.code)) {
      throw new RuntimeError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
}

/** The runtime brings the AWS SDK along. It is found from here where the function's own folder does not lead to it. */
async function importModule(url) {
  try {
    return await import(url);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/'@(aws-sdk|smithy)\//.test(error.message)) throw error;
    register('./runtime-sdk.mjs', import.meta.url);
    // Under a new name, since the failure is remembered under the old one.
    return await import(`${url}?runtime-sdk`);
  }
}

let root = '';

function asOnLambda(taskRoot) {
  root = taskRoot;
  const { NODE_PATH } = process.env;
  process.env.NODE_PATH = createRequire(import.meta.url)
    .resolve.paths('@aws-sdk/core')
    .join(delimiter);
  Module._initPaths();
  process.env.NODE_PATH = NODE_PATH;
  // On Lambda no package.json lies above the task root. Here one may, and must not turn `.js` into ES modules.
  const original = Module._extensions['.js'];
  Module._extensions['.js'] = (module, file) => {
    if (!file.startsWith(root) || file.includes('node_modules') || isModule(file))
      return original(module, file);
    module._compile(readFileSync(file, 'utf8'), file, 'commonjs');
  };
}

function isModule(file) {
  for (let directory = dirname(file); directory.startsWith(root); directory = dirname(directory)) {
    const packageFile = join(directory, 'package.json');
    if (existsSync(packageFile)) return JSON.parse(readFileSync(packageFile, 'utf8')).type === 'module';
  }
  return false;
}

function withCallback(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
  });
}
