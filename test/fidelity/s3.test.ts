import { describe, expect, test } from 'vitest';
import { markersReplaced } from '../../local/s3/markers.ts';
import { runEdge } from './edge/run-edge.ts';

const edge = runEdge();

// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html
describe('a bucket deployment', () => {
  test('puts files under their types and with the metadata of the deployment', async () => {
    const types = {
      '/': 'text/html',
      '/a.txt': 'text/plain',
      '/picture.svg': 'image/svg+xml',
      '/data.zzz': 'binary/octet-stream',
      '/generated/values.json': 'application/json',
    };
    for (const [path, type] of Object.entries(types)) {
      expect((await edge.get(path)).headers.get('content-type')).toBe(type);
    }
    const { headers } = await edge.get('/index.html');
    expect([headers.get('cache-control'), headers.get('x-amz-meta-made')]).toEqual(['no-cache', 'here']);
  });

  // https://docs.aws.amazon.com/cli/latest/reference/s3/index.html#use-of-exclude-and-include-filters
  test('leaves out what is excluded and not included again', async () => {
    expect(await (await edge.get('/folder/b.txt')).text()).toBe('second\n');
    expect(await (await edge.get('/draft.txt')).text()).toBe('<h1>sorry</h1>\n');
  });

  test('knows values that are known only when it is deployed', async () => {
    const { origin, resources } = edge.stack();
    expect(await (await edge.get('/url.txt')).text()).toBe(`at ${origin}!`);
    const api = resources.find(({ type, logicalId }) => /::Api$/.test(type) && logicalId.startsWith('Http'));
    expect(await (await edge.get('/generated/values.json')).json()).toEqual({
      url: origin,
      five: 5,
      quoted: `"${api?.physicalId}"`,
    });
  });

  test.for([
    ['LITERAL', 'a"b', 'a"b'],
    ['UNQUOTED_JSON_VALUE', 'a"b', 'a\\"b'],
    ['UNQUOTED_JSON_VALUE', 5, '5'],
    ['JSON_VALUE', 'a"b', '"a\\"b"'],
    ['YAML_STRING', 'plain', 'plain'],
    ['YAML_STRING', 'a: b', '"a: b"'],
  ] as const)('encodes markers as %s: %j becomes %s', ([encoding, value, expected]) => {
    const config = { jsonEscape: false, markerEncodings: { '<m>': encoding } };
    expect(markersReplaced(Buffer.from('ü<m><m>'), { '<m>': value }, config).toString()).toBe(
      `ü${expected}${expected}`,
    );
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
describe('an object', () => {
  test('has an entity tag, by which it need not come again', async () => {
    const first = await edge.get('/picture.svg');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const again = await edge.get('/picture.svg', { headers: { 'if-none-match': etag } });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect((await edge.get('/picture.svg', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('of HEAD has no body', async () => {
    const answer = await edge.get('/picture.svg', { method: 'HEAD' });
    expect(answer.headers.get('content-length')).toBe('42');
    expect(await answer.text()).toBe('');
  });

  test('that is not there is 403 where CloudFront may not list the bucket', async () => {
    const answer = await edge.get('/closed/none');
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
    expect((await edge.get('/closed/a.txt')).status).toBe(200);
  });
});
