import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { beforeAll, describe, expect, test } from 'vitest';
import { SettingsError } from '../../infra/context-settings.ts';
import { findingsWith, stacksOf, synthesize } from '../support/synthesize.ts';

const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/7';
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/chat/7';
const domain = { domainName: 'chat.example.com', certificateArn, hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
const issuer = { 'auth.issuer': 'https://id.example.com/pool', 'auth.audience': 'chat' };

function edgeOf(settings: Record<string, unknown> = {}): Template {
  const [, , edge] = stacksOf(settings);
  if (!edge) throw new Error('There is no edge.');
  return Template.fromStack(edge);
}

let edge: Template;
let own: Template;
beforeAll(() => {
  edge = edgeOf(issuer);
  own = edgeOf({ ...domain, webAclArn, priceClass: '100' });
});

const configOf = (template: Template) =>
  Object.values(template.findResources('AWS::CloudFront::Distribution'))[0]?.Properties.DistributionConfig;
const headersOf = (template: Template, name: string) =>
  Object.entries(template.findResources('AWS::CloudFront::ResponseHeadersPolicy')).find(([id]) =>
    id.includes(name),
  )?.[1].Properties.ResponseHeadersPolicyConfig;

describe('the distribution', () => {
  test('has a behavior for everything that the contract names, in order', () => {
    const { CacheBehaviors, Origins, DefaultCacheBehavior } = configOf(edge);
    const kindOf = (id: string) => {
      const { DomainName } = Origins.find((origin: { Id: string }) => origin.Id === id);
      const text = JSON.stringify(DomainName);
      return ['WebSocketApi', 'HttpApi', 'Bucket'].find((kind) => text.includes(kind));
    };
    const behaviors = CacheBehaviors.map((b: { PathPattern: string; TargetOriginId: string }) => [
      b.PathPattern,
      kindOf(b.TargetOriginId),
    ]);
    expect(behaviors).toEqual([
      ['/assets/*', 'Bucket'],
      ['/client.js', 'Bucket'],
      ['/embed.js', 'Bucket'],
      ['/config.json', 'Bucket'],
      ['/docs*', 'Bucket'],
      ['/api/*', 'HttpApi'],
      ['/openapi.json', 'HttpApi'],
      ['/asyncapi.json', 'HttpApi'],
      ['/socket.io*', 'WebSocketApi'],
      ['/prod*', 'WebSocketApi'],
    ]);
    expect(kindOf(DefaultCacheBehavior.TargetOriginId)).toBe('Bucket');
    for (const behavior of [DefaultCacheBehavior, ...CacheBehaviors]) {
      expect(behavior.ViewerProtocolPolicy).toBe('redirect-to-https');
    }
  });

  test('speaks HTTP/3 and IPv6, and its own domain only TLS 1.2', () => {
    expect(configOf(edge)).toMatchObject({
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      DefaultRootObject: 'index.html',
      PriceClass: 'PriceClass_All',
    });
    expect(configOf(own)).toMatchObject({
      Aliases: ['chat.example.com'],
      PriceClass: 'PriceClass_100',
      WebACLId: webAclArn,
      ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
  });

  test('keeps what the HTTP API lets it keep, apart for each token and origin, and no errors', () => {
    edge.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        MinTTL: 0,
        DefaultTTL: 0,
        ParametersInCacheKeyAndForwardedToOrigin: {
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Authorization', 'Origin'] },
          QueryStringsConfig: { QueryStringBehavior: 'all' },
        },
      },
    });
    const { CustomErrorResponses } = configOf(edge);
    expect(CustomErrorResponses.map(({ ErrorCode }: { ErrorCode: number }) => ErrorCode)).toEqual([
      404, 405, 414, 500, 501, 502, 503, 504,
    ]);
    for (const error of CustomErrorResponses) {
      expect(error).toEqual({ ErrorCode: expect.any(Number), ErrorCachingMinTTL: 0 });
    }
  });

  test('is the only one that reads the bucket', () => {
    edge.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    const [policy] = Object.values(edge.findResources('AWS::S3::BucketPolicy'));
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Principal }: { Principal: { Service?: string } }) => Principal.Service !== undefined,
    );
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: ['s3:GetObject', 's3:ListBucket'],
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      }),
    ]);
  });

  test('has names that the distributions of other regions do not have', () => {
    for (const type of ['CachePolicy', 'Function', 'OriginAccessControl', 'ResponseHeadersPolicy']) {
      for (const { Properties } of Object.values(edge.findResources(`AWS::CloudFront::${type}`))) {
        const config = Properties[`${type}Config`];
        expect(JSON.stringify(type === 'Function' ? Properties.Name : config.Name)).toContain('AWS::Region');
      }
    }
  });

  test('logs neither query strings nor cookies, in us-east-1', () => {
    const [delivery] = Object.values(edge.findResources('AWS::Logs::Delivery'));
    expect(delivery?.Properties.RecordFields).toContain('cs-uri-stem');
    expect(delivery?.Properties.RecordFields.join()).not.toMatch(/query|cookie|referer/i);
    expect(edge.findConditions(delivery?.Condition)).toMatchObject({
      [delivery?.Condition]: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    });
    expect(configOf(edge).Logging).toBeUndefined();
  });
});

describe('headers', () => {
  test('of documents allow only what is of the same origin, and the issuer', () => {
    const { SecurityHeadersConfig: security } = headersOf(edge, 'Documents');
    expect(security.ContentSecurityPolicy.ContentSecurityPolicy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self' https://id.example.com",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(
      headersOf(own, 'Documents').SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy,
    ).toContain("connect-src 'self' wss://chat.example.com;");
  });

  test('everywhere are HSTS, nosniff and a referrer policy', () => {
    for (const name of ['Documents', 'Shared', 'Api']) {
      expect(headersOf(edge, name).SecurityHeadersConfig).toMatchObject({
        StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: true },
        ContentTypeOptions: { Override: true },
        ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
      });
    }
  });

  test('of files that other pages load let them', () => {
    expect(headersOf(edge, 'Shared')).toMatchObject({
      CorsConfig: { AccessControlAllowOrigins: { Items: ['*'] } },
      CustomHeadersConfig: {
        Items: [{ Header: 'cross-origin-resource-policy', Value: 'cross-origin', Override: true }],
      },
    });
  });
});

describe('the files', () => {
  test('with a hash in their names are kept for a year, others are asked for each time', () => {
    const deployments = Object.values(edge.findResources('Custom::CDKBucketDeployment'));
    expect(
      deployments.map(({ Properties: { Exclude, Include, SystemMetadata, Prune } }) => [
        Exclude,
        Include,
        SystemMetadata['cache-control'],
        Prune,
      ]),
    ).toEqual([
      [['*'], ['assets/*'], 'public, max-age=31536000, immutable', false],
      [['assets/*'], undefined, 'no-cache', false],
    ]);
  });

  test('tell the page what it has to know', () => {
    const { directory } = synthesize({ ...issuer, [DISABLE_ASSET_STAGING_CONTEXT]: false }).synth();
    const configs = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('config.json'),
    );
    expect(configs.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')))).toEqual([
      {
        webSocketUrl: '/prod',
        eventsUrl: '/api/events',
        issuer: { url: 'https://id.example.com/pool', audience: 'chat', viewers: 'token' },
      },
    ]);
  });
});

test('the domain gets its records', () => {
  const records = Object.values(own.findResources('AWS::Route53::RecordSet')).map(({ Properties }) => [
    Properties.Name,
    Properties.Type,
    Properties.HostedZoneId,
  ]);
  expect(records).toEqual([
    ['chat.example.com', 'A', domain.hostedZoneId],
    ['chat.example.com', 'AAAA', domain.hostedZoneId],
  ]);
  own.hasOutput('PageUrl', { Value: 'https://chat.example.com/' });
  edge.resourceCountIs('AWS::Route53::RecordSet', 0);
});

test('without the edge nothing is left of it, and the chat does not keep it', () => {
  const without = stacksOf({ edge: 'false' }).map((stack) => Template.fromStack(stack).toJSON());
  expect(without).toHaveLength(2);
  for (const template of without) expect(JSON.stringify(template)).not.toContain('CloudFront');
  const [, chat] = without;
  expect(Object.keys(chat?.Outputs)).toEqual(['WebSocketUrl', 'EventsUrl', 'ManagementUrl']);
  // An export could not be taken back as long as the edge exists.
  expect(JSON.stringify(stacksOf().map((stack) => Template.fromStack(stack).toJSON().Outputs))).not.toContain(
    'WebSocketApi273F6915","Export',
  );
});

describe('settings', () => {
  test.for([
    [{ edge: 'maybe' }, /edge: must be true or false/],
    [{ domainName: 'https://chat.example.com', certificateArn }, /domainName: must be a domain/],
    [{ domainName: 'chat.example.com' }, /certificateArn: is required with domainName/],
    [{ certificateArn }, /domainName: is required with certificateArn/],
    [{ hostedZoneId: 'Z0123456789ABCDEFGHIJ' }, /domainName: is required with hostedZoneId/],
    [{ ...domain, hostedZoneId: 'example.com' }, /hostedZoneId: must be the id of a hosted zone/],
    [
      { ...domain, certificateArn: certificateArn.replace('us-east-1', 'eu-west-1') },
      /certificateArn: must begin with arn:aws:acm:us-east-1:/,
    ],
    [{ webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b' }, /webAclArn: must begin with/],
    [{ edge: 'false', ...domain, webAclArn }, /domainName: has no effect with edge=false/],
    [{ edge: 'false', webAclArn }, /webAclArn: has no effect with edge=false/],
    [{ priceClass: 'PriceClass_100' }, /priceClass: must be All, 200 or 100/],
  ] as const)('%j is refused in a sentence', ([settings, sentence]) => {
    expect(() => synthesize(settings)).toThrow(SettingsError);
    expect(() => synthesize(settings)).toThrow(sentence);
  });
});

test('cdk-nag and the CDK’s own validation find nothing with a domain', { timeout: 120_000 }, () => {
  expect(findingsWith({ ...domain, webAclArn })).toEqual([]);
});
