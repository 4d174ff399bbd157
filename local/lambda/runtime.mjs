// Runs in the worker thread of one execution environment: loads the function, then takes one event after the other.
// Plain JavaScript, so that it starts the same under node, tsx and vitest.
import { randomBytes } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { followClock } from './runtime-clock.mjs';
import { createContext } from './runtime-context.mjs';
import { errorDocument } from './runtime-errors.mjs';
import { loadHandler } from './runtime-handler.mjs';
import { keepOnThisMachine } from './runtime-https.mjs';
import { captureLogs } from './runtime-logs.mjs';

const { wake, ahead, configuration } = workerData;
if (ahead) followClock(ahead);
if (configuration.nodeOptions) process.env.NODE_OPTIONS = configuration.nodeOptions;
let requestId;
captureLogs((level, text) => parentPort.postMessage({ type: 'log', level, text, requestId }));

for (const [event, wrap, exitCode] of [
  ['uncaughtException', (error) => errorDocument(error), 129],
  [
    'unhandledRejection',
    (reason) => ({
      ...errorDocument(reason),
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: String(reason),
    }),
    128,
  ],
]) {
  process.on(event, (error) => {
    parentPort.postMessage({ type: 'error', error: wrap(error), fatal: true });
    process.exit(exitCode);
  });
}

const { AWS_ENDPOINT_URL_LAMBDA: origin, AWS_ENDPOINT_URL_DYNAMODB: dynamodb } = process.env;
keepOnThisMachine({ origin, dynamodb });

let handler;
try {
  handler = await loadHandler(configuration);
  parentPort.postMessage({ type: 'ready' });
} catch (error) {
  parentPort.postMessage({ type: 'error', error: errorDocument(error), fatal: true });
  process.exit(1);
}

for (;;) {
  // Frozen between invocations, as on Lambda: no timer, socket or promise moves while this thread sleeps here.
  Atomics.wait(wake, 0, 0);
  Atomics.store(wake, 0, 0);
  const received = receiveMessageOnPort(parentPort);
  if (!received) continue;
  // The event loop still has the time at which it froze; after one turn, timers count from now.
  await turn();
  const { request, event } = received.message;
  requestId = request.requestId;
  process.env._X_AMZN_TRACE_ID = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${hex(12)};Parent=${hex(8)};Sampled=0`;
  const answer = await handle(event, request);
  // A rejection that nobody handles ends the function before its answer is on the way.
  await turn();
  parentPort.postMessage(answer);
}

async function handle(event, request) {
  try {
    const result = await handler(JSON.parse(event), createContext(configuration, request));
    return { type: 'result', payload: serialise(result) };
  } catch (error) {
    return { type: 'error', error: errorDocument(error) };
  }
}

function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}

function serialise(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

function hex(bytes) {
  return randomBytes(bytes).toString('hex');
}
