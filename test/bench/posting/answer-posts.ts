import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process that answers every request with 200 once it has its body. Tells its port, ends when it is let go. */
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'Content-Length': 0 });
    response.end();
  });
});
// A connection that closes while its client reuses it would be a failed post.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
