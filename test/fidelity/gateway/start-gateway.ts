import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createApiGateway } from '../../../local/apigateway/api-gateway.ts';
import type { Settings } from '../../../local/apigateway/settings.ts';
import { ManualClock } from '../../../local/clock.ts';
import type { Resource } from '../../../local/cloudformation/resource.ts';
import { noFaults } from '../../../local/faults.ts';
import type { Authorize } from '../../../local/iam.ts';
import { Functions } from './functions.ts';

/** A gateway on a port of its own, with functions that the test writes. It ends with the test. */
export async function startGateway(
  resources: Resource[],
  given: { settings?: Partial<Settings>; authorize?: Authorize } = {},
) {
  const functions = new Functions();
  const clock = new ManualClock();
  const faults = noFaults();
  const logged: string[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  const gateway = createApiGateway({
    resources,
    origin,
    lambda: functions,
    clock,
    faults,
    log: (line) => logged.push(line),
    authorize: given.authorize ?? (() => true),
    ...(given.settings && { settings: given.settings }),
  });
  server.on('request', async (req, res) => {
    if (!(await gateway.handleRequest(req, res))) res.writeHead(599).end();
  });
  server.on('upgrade', gateway.handleUpgrade);
  onTestFinished(async () => {
    await gateway.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const openSockets = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return {
    openSockets,
    gateway,
    functions,
    clock,
    faults,
    logged,
    origin,
    url: `ws://127.0.0.1:${port}/prod`,
    http: `http://127.0.0.1:${port}`,
  };
}
