import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { ChatError } from '../../shared/protocol/errors.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { at, type HttpRequest, httpRequests, patience, tries } from './arbitraries.ts';
import { expectNothingInternal, expectRefusal } from './what-comes-back.ts';

interface Answer {
  status: number;
  /** The headers `server` and `content-type`. */
  server: unknown;
  type: unknown;
  content: string;
}

/** As it is: `fetch` would mend paths and headers. */
function send({ method, path, headers, body }: HttpRequest): Promise<Answer> {
  const { hostname, port } = new URL(inject('eventsUrl'));
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path, headers }, (response) =>
      text(response).then((content) => {
        const { server, 'content-type': type } = response.headers;
        resolve({ status: response.statusCode ?? 0, server, type, content });
      }, reject),
    )
      .on('error', reject)
      .end(body, 'latin1');
  });
}

function expectDecent({ method }: HttpRequest, { status, server, type, content }: Answer): void {
  expect(status).toBeLessThan(500);
  // A file of the page, or what the edge says where there is none.
  if (server === 'AmazonS3' || server === 'CloudFront') return;
  expectNothingInternal(content);
  const isEmpty = method === 'HEAD' || status === 204 || status === 202;
  // Of an export, the line that ends it.
  const last = type === 'application/x-ndjson' ? `${content.trimEnd().split('\n').at(-1)}` : content;
  const answer = isEmpty ? {} : JSON.parse(last);
  if (answer.error) {
    expectRefusal(answer.error);
    expect(status).toBe(new ChatError(answer.error.code).status);
  } else if (status >= 400 && method !== 'HEAD') {
    // API Gateway's own.
    expect(answer).toEqual({ message: expect.any(String) });
  }
}

// A deployed stage wants every request signed, and refuses these before anybody reads them.
test.skipIf(inject('isDeployed'))(
  'any request gets an answer that is not our fault, and tells nothing',
  patience,
  async () => {
    let eventId = await createEvent();
    const some = fc.array(httpRequests, { minLength: 1, maxLength: 40, size: 'max' });
    const property = fc.asyncProperty(some, (requests) =>
      Promise.all(
        requests.map(async (hostile) =>
          expectDecent(hostile, await send({ ...hostile, path: at(eventId, hostile.path) })),
        ),
      ).then(async () => {
        // Anybody may delete it, here.
        if ((await http(`/${eventId}`)).status === 404) eventId = await createEvent();
      }),
    );
    await fc.assert(property, tries);

    expect((await http(`/${eventId}`)).body.id).toBe(eventId);
    const ana = await enter(await createEvent(), 'ana');
    expect((await ana.say('as ever')).seq).toBe(1);
  },
);
