// Functions reach AWS at endpoints that their SDK or they themselves make up, such as `https://` + the event's domain name.
// Those of services that run here go to this machine, which has no certificate: in the clear. Others go nowhere.
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const aws = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/;
/** Only the public keys of an issuer are fetched from there. */
const issuers = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/;

/** @param origin where the APIs and Lambda are */
export function keepOnThisMachine({ origin, dynamodb }) {
  const endpoints = new Map([
    ['execute-api', origin],
    ['lambda', origin],
    ['dynamodb', dynamodb],
  ]);
  const localHost = new URL(origin).host;
  /** The URL to use instead; undefined if there is none. */
  const localOf = (host, port) => {
    if (`${host}:${port}` === localHost) return new URL(origin);
    const [, service] = /(?:^|\.)([a-z-]+)\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.exec(host) ?? [];
    const endpoint = endpoints.get(service);
    return endpoint && new URL(endpoint);
  };

  const agent = new http.Agent({ keepAlive: true });
  const { request } = https;
  https.request = (...args) => {
    const [first] = args;
    const isUrl = typeof first === 'string' || first instanceof URL;
    const target = isUrl ? new URL(first) : first;
    const local = localOf(target.hostname ?? target.host, target.port);
    if (!local) return request(...args);
    const options = isUrl && typeof args[1] === 'object' ? args[1] : {};
    const { hostname, port } = local;
    const changed = { host: hostname, hostname, port, protocol: 'http:', agent };
    const path = isUrl ? target.pathname + target.search : undefined;
    const callback = args.find((arg) => typeof arg === 'function');
    return http.request({ ...(isUrl ? { path, ...options } : first), ...changed }, callback);
  };
  https.get = (...args) => https.request(...args).end();

  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const local = url.protocol === 'https:' ? localOf(url.hostname, url.port) : undefined;
    if (!local) return fetch(input, init);
    const changed = new URL(url.pathname + url.search, local);
    return fetch(input instanceof Request ? new Request(changed, input) : changed, init);
  };

  // Every other way ends here: sockets ask for the address of their host at each connect.
  const { lookup } = dns;
  dns.lookup = (host, options, callback = options) => {
    if (!aws.test(host) || issuers.test(host)) return lookup(host, options, callback);
    const error = new Error(
      `${host} does not run on the local stack, and functions do not leave this machine.`,
    );
    process.nextTick(callback, Object.assign(error, { name: 'NotOnLocalStack' }));
  };
  syncBuiltinESMExports();
}
