/** An error that the runtime itself finds, such as `Runtime.HandlerNotFound`. */
export class RuntimeError extends Error {
  constructor(name, message, cause) {
    super(message, { cause });
    this.name = name;
    if (cause?.stack) this.stack = `${name}: ${message}\n${cause.stack.split('\n').slice(1).join('\n')}`;
  }
}

/**
 * How Lambda describes what was thrown.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export function errorDocument(error) {
  try {
    if (!(error instanceof Error) && Object.prototype.toString.call(error) !== '[object Error]') {
      return { errorType: typeof error, errorMessage: String(error), trace: [] };
    }
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  } catch {
    const errorMessage =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage, trace: [] };
  }
}
