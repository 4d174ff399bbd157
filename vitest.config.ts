import { defineConfig } from 'vitest/config';

const patient = { testTimeout: 60_000, hookTimeout: 60_000 };

/** `npm test` runs all projects; `npm test -- --project behaviour` one. */
export default defineConfig({
  test: {
    // Two slow cores are a usual CI machine: more workers than that only steal each other's time.
    maxWorkers: 2,
    // Node 20 is the oldest that works; the SDK says at every start that it will not be for ever.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default', './test/setup/summary-reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'database',
          include: ['test/store/**/*.test.ts', 'test/chat/**/*.test.ts', 'test/delivery/**/*.test.ts'],
          globalSetup: 'test/setup/database.ts',
          ...patient,
        },
      },
      { test: { name: 'infra', include: ['test/infra/**/*.test.ts'], ...patient } },
      { test: { name: 'fidelity', include: ['test/fidelity/**/*.test.ts'], ...patient } },
      {
        test: {
          name: 'behaviour',
          include: ['test/behaviour/**/*.test.ts', 'test/hostile/{json-wire,rest}.test.ts'],
          globalSetup: 'test/setup/chat-stack.ts',
          ...patient,
        },
      },
      {
        test: {
          name: 'socketio',
          include: [
            'test/socketio/**/*.test.ts',
            'test/differential/**/*.test.ts',
            'test/browser/**/*.test.ts',
            'test/hostile/socketio-wire.test.ts',
          ],
          globalSetup: 'test/setup/chat-stack.ts',
          ...patient,
        },
      },
      {
        test: {
          name: 'trust',
          include: ['test/trust/**/*.test.ts'],
          globalSetup: 'test/setup/chat-with-issuer.ts',
          ...patient,
        },
      },
      { test: { name: 'faults', include: ['test/faults/**/*.test.ts'], ...patient } },
    ],
  },
});
