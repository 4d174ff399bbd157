import { existsSync, readFileSync, realpathSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './runtime-errors.mjs';

/** Loads `a/b.handler`, or says with Lambda's own error why it cannot. Returns `(event, context) => Promise`. */
export async function loadHandler({ taskRoot: path, handler, runtime }) {
  const taskRoot = realpathSync(path);
  if (!runtime.startsWith('nodejs')) {
    throw new RuntimeError('Runtime.NotOnLocalStack', `Functions of Node.js run here, not ${runtime}.`);
  }
  const [, name, property] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? [];
  if (!name || !property || handler.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  process.setSourceMapsEnabled(true);
  findAsOnLambda(taskRoot);
  const module = await load(join(taskRoot, dirname(handler), name), name);
  const find = (from) => property.split('.').reduce((object, key) => object?.[key], from);
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
  const isCommonJs = file.endsWith('.cjs') || (file.endsWith('.js') && !isModule(file));
  try {
    return isCommonJs ? createRequire(file)(file) : await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', String(error), error);
    if (/MODULE_NOT_FOUND/.test(error?.code)) {
      throw new RuntimeError('Runtime.ImportModuleError', String(error) + hintFor(error), error);
    }
    throw error;
  }
}

const hintFor = ({ message }) =>
  /'(@aws-sdk\/|@smithy\/|aws-sdk['/])/.test(message)
    ? "\nLambda's runtime has it. For the local stack, install it in this project or in the function's."
    : '';

let root = '';

function findAsOnLambda(taskRoot) {
  root = taskRoot;
  // `NODE_PATH` is Lambda's own, not that of this machine.
  Module._initPaths();
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
