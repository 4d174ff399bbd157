/** Source code of CloudFront Functions. */
export const functions = {
  socket: `function handler(event) {
    const request = event.request;
    if (request.querystring.banned) return { statusCode: 403, statusDescription: 'Forbidden' };
    if (request.uri === '/socket.io/' || request.uri === '/socket.io') request.uri = '/prod';
    return request;
  }`,
  rewrite: `async function handler(event) {
    const request = event.request;
    request.uri = '/mirror/rewritten';
    request.querystring.added = { value: 'x' };
    request.headers['x-from-function'] = { value: event.viewer.ip };
    request.cookies.fresh = { value: '1' };
    return request;
  }`,
  redirect: `function handler(event) {
    return {
      statusCode: 302,
      statusDescription: 'Found',
      headers: { location: { value: '/a.txt' } },
      cookies: { seen: { value: event.request.uri, attributes: 'Secure; Path=/' } },
      body: { encoding: 'base64', data: 'YmFzZTY0' },
    };
  }`,
  fails: `function handler() { return missing; }`,
  forbidden: `function handler(event) {
    event.request.headers['x-cache'] = { value: 'mine' };
    return event.request;
  }`,
  relative: `function handler(event) {
    event.request.uri = 'no-slash';
    return event.request;
  }`,
  response: `function handler(event) {
    const response = event.response;
    response.headers['x-status'] = { value: String(response.statusCode) };
    response.headers['cache-control'] = { value: 'max-age=1' };
    return response;
  }`,
};
