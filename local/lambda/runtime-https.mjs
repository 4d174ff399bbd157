// Functions reach the management API at `https://` + the event's domain name, as AWS's own examples do. Here that is
// this machine, which has no certificate: requests to it go out in the clear.
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

export function withoutTlsTo(origin) {
  const { hostname, port } = new URL(origin);
  const { request } = https;
  const agent = new http.Agent({ keepAlive: true });
  https.request = (options, ...rest) => {
    const isLocal = (options.hostname ?? options.host) === hostname && String(options.port) === port;
    if (!isLocal) return request(options, ...rest);
    return http.request({ ...options, protocol: 'http:', agent }, ...rest);
  };
  syncBuiltinESMExports();
}
