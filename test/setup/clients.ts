import { afterEach } from 'vitest';
import { closeClients } from '../support/chat.ts';
import { closePacketClients } from '../support/packet-client.ts';
import { disconnectSockets } from '../support/sockets.ts';

// Here, since this runs for every test file; the modules that know the clients are loaded once for many.
afterEach(async () => {
  disconnectSockets();
  await Promise.all([closeClients(), closePacketClients()]);
});
