// A module hook: what the Node.js runtime of Lambda brings along is resolved from here if not from the function.
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}
