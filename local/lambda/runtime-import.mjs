// Module hooks: what `import` finds, in a thread of their own.
import { fileURLToPath } from 'node:url';
import { notInstalled, placeOf } from './runtime-modules.mjs';

let rules;

export function initialize(data) {
  rules = data;
}

export async function resolve(specifier, context, next) {
  const { parentURL } = context;
  const from = parentURL?.startsWith('file:') ? fileURLToPath(parentURL) : '';
  switch (placeOf(specifier, from, rules)) {
    case 'nowhere':
      throw notFound(`Cannot find package '${specifier}' imported from ${from}`);
    case 'sdk':
      return next(specifier, context)
        .catch(() => next(specifier, { ...context, parentURL: import.meta.url }))
        .catch(() => Promise.reject(notFound(notInstalled(specifier))));
    default:
      return next(specifier, context);
  }
}

const notFound = (message) => Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
