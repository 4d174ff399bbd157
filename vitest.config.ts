import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Options = NonNullable<TestProjectInlineConfiguration['test']>;

/**
 * Where tests run that are about something else than the database: test/store/memory-model.test.ts holds it against DynamoDB Local, on
 * which the other projects run. It takes less than two thirds of the time.
 */
const inMemory = { env: { DYNAMODB: process.env.DYNAMODB || 'memory' } };

/** One set of test files with what all have in common. */
const project = (name: string, include: string[], more: Options = {}): TestProjectInlineConfiguration => ({
  test: {
    name,
    include,
    // A busy machine is several times slower; only what never comes costs this.
    testTimeout: 240_000,
    // The first in a process loads the CDK.
    hookTimeout: 180_000,
    expect: { poll: { timeout: 20_000 } },
    // On a busy CI machine a test gets a second try. The summary lists those that needed it: each is a bug to look into.
    retry: process.env.CI ? 1 : 0,
    // Loading the modules again for every file costs more than most files do.
    isolate: false,
    // What one file has replaced, the next one in the same worker must not find.
    restoreMocks: true,
    ...more,
  },
});

/** `npm test` runs all projects; `npm test -- --project behaviour` one. */
export default defineConfig({
  test: {
    // Two slow cores are a usual CI machine: more workers than that only steal each other's time.
    maxWorkers: 2,
    // Node 20 is the oldest that works; the SDK says at every start that it will not be for ever.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default', './test/setup/summary-reporter.ts'],
    projects: [
      project('unit', ['test/unit/**/*.test.ts']),
      project('store', ['test/store/**/*.test.ts'], {
        globalSetup: 'test/setup/database.ts',
        setupFiles: 'test/setup/unmock.ts',
      }),
      project('database', ['test/{chat,delivery}/**/*.test.ts'], {
        ...inMemory,
        globalSetup: 'test/setup/database.ts',
        setupFiles: 'test/setup/unmock.ts',
      }),
      project('simulation', ['test/simulation/**/*.test.ts']),
      project('deaths', ['test/deaths/**/*.test.ts']),
      project('infra', ['test/infra/**/*.test.ts']),
      project('fidelity', ['test/{fidelity,cost}/**/*.test.ts'], {
        globalSetup: ['test/setup/assemblies.ts', 'test/setup/database.ts'],
      }),
      project('behaviour', ['test/behaviour/**/*.test.ts', 'test/hostile/{json-wire,rest}.test.ts'], {
        globalSetup: ['test/setup/assemblies.ts', 'test/setup/chat-stack.ts'],
        setupFiles: 'test/setup/clients.ts',
      }),
      project(
        'socketio',
        ['test/{socketio,differential,browser}/**/*.test.ts', 'test/hostile/socketio-wire.test.ts'],
        {
          ...inMemory,
          globalSetup: ['test/setup/assemblies.ts', 'test/setup/chat-here.ts'],
          setupFiles: 'test/setup/clients.ts',
        },
      ),
      project('client', ['test/{client,web}/**/*.test.ts'], {
        ...inMemory,
        globalSetup: ['test/setup/assemblies.ts', 'test/setup/chat-here.ts'],
        setupFiles: 'test/setup/clients.ts',
      }),
      project('trust', ['test/trust/**/*.test.ts'], {
        ...inMemory,
        globalSetup: ['test/setup/assemblies.ts', 'test/setup/chat-with-issuer-here.ts'],
        setupFiles: 'test/setup/clients.ts',
      }),
      project('smoke', ['test/smoke/**/*.test.ts'], {
        globalSetup: process.env.CHAT_URL
          ? 'test/setup/stage.ts'
          : ['test/setup/assemblies.ts', 'test/setup/chat-with-issuer.ts'],
        setupFiles: 'test/setup/clients.ts',
      }),
      project('faults', ['test/faults/**/*.test.ts'], {
        ...inMemory,
        globalSetup: 'test/setup/assemblies.ts',
        setupFiles: 'test/setup/clients.ts',
      }),
    ],
  },
});
