import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/**
 * A process that answers every request with 200 once it has its body. Tells its port, ends when it is let go. With the files
 * of a key and a certificate it speaks TLS.
 */
const answer: RequestListener = (request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'Content-Length': 0 });
    response.end();
  });
};
const [keyFile, certFile] = process.argv.slice(2);
const server =
  keyFile && certFile
    ? createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, answer)
    : createServer(answer);
// A connection that closes while its client reuses it would be a failed post.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
