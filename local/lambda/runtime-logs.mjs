import { format } from 'node:util';

/**
 * Hands on what the function prints, at once: a stream of this thread would wait for the event loop, which is frozen
 * after every invocation.
 */
export function captureLogs(log) {
  const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => log(level, format(...values));
  }
  for (const [stream, level] of [
    [process.stdout, 'INFO'],
    [process.stderr, 'ERROR'],
  ]) {
    stream.write = (chunk, encoding, callback) => {
      log(level, String(chunk).replace(/\n$/, ''));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
}
