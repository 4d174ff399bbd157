// Functions reach AWS at endpoints that their SDK or they themselves make up, such as `https://` + the event's domain name.
// Those of services that run here go to this machine, which has no certificate: in the clear. Others go nowhere.
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const aws = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|on\.aws)$/i;
const regional = /^(?:(?:.*\.)?([a-z0-9]+)\.)?([a-z-]+)\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/i;
/** Only the public keys of an issuer are fetched from there. */
const issuers = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/;

/** @param origin where the APIs, Lambda and EventBridge are */
export function keepOnThisMachine({ origin, dynamodb }) {
  const endpoints = new Map([
    ['execute-api', origin],
    ['lambda', origin],
    ['events', origin],
    ['dynamodb', dynamodb],
    // As DynamoDB is called in the endpoint of one account.
    ['ddb', dynamodb],
  ]);
  const localHost = new URL(origin).host;
  /** Where a request goes instead, and what comes before its path; undefined for one that is none of ours. */
  const localOf = (host, port) => {
    if (`${host}:${port}` === localHost) return { local: new URL(origin), before: '' };
    const [, apiId, service = ''] = regional.exec(host) ?? [];
    const endpoint = endpoints.get(service.toLowerCase());
    // What tells the APIs apart on AWS is the host; here it is the path.
    const before = service === 'execute-api' && apiId ? `/${apiId}` : '';
    return endpoint && { local: new URL(endpoint), before };
  };

  const agent = new http.Agent({ keepAlive: true });
  const { request } = http;
  for (const [module, original] of [
    [http, request],
    [https, https.request],
  ]) {
    module.request = (...args) => {
      const [first] = args;
      const isUrl = typeof first === 'string' || first instanceof URL;
      const target = isUrl ? new URL(first) : first;
      const { local, before } = localOf(target.hostname ?? target.host, target.port) ?? {};
      // In the clear is how it is to be.
      if (!local || (module === http && local.host === `${target.hostname ?? target.host}:${target.port}`)) {
        return original(...args);
      }
      const options = isUrl && typeof args[1] === 'object' ? args[1] : {};
      const { hostname, port } = local;
      const given = isUrl ? { path: target.pathname + target.search, ...options } : first;
      const changed = { host: hostname, hostname, port, protocol: 'http:', agent };
      const callback = args.find((arg) => typeof arg === 'function');
      return request({ ...given, ...changed, path: before + (given.path ?? '/') }, callback);
    };
    module.get = (...args) => {
      const got = module.request(...args);
      got.end();
      return got;
    };
  }

  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { local, before } = localOf(url.hostname, url.port) ?? {};
    // Else its own error would hide this one.
    if (!local && isElsewhere(url.hostname)) throw refusal(url.hostname);
    if (!local || url.origin === local.origin) return fetch(input, init);
    const changed = new URL(before + url.pathname + url.search, local);
    return fetch(input instanceof Request ? new Request(changed, input) : changed, init);
  };

  // Every other way ends here: sockets ask for the address of their host at each connect.
  const { lookup } = dns;
  dns.lookup = (host, options, callback = options) => {
    if (isElsewhere(host)) process.nextTick(callback, refusal(host));
    else lookup(host, options, callback);
  };
  syncBuiltinESMExports();
}

const isElsewhere = (host) => aws.test(host) && !issuers.test(host);

const refusal = (host) =>
  Object.assign(
    new Error(`${host} does not run on the local stack, and functions do not leave this machine.`),
    { name: 'NotOnLocalStack' },
  );
