import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';
import { EdgeHeaders } from './edge-headers.ts';
import { STAGE } from './websocket-api.ts';

/** Socket.IO clients ask for their default path; the stage of the WebSocket API has no other than its own. */
const rewrites = `function handler(event) {
  const request = event.request;
  if (/^\\/socket\\.io(\\/|$)/.test(request.uri)) request.uri = '/${STAGE}';
  if (/^\\/docs\\/?$/.test(request.uri)) request.uri = '/docs/index.html';
  return request;
}
`;

const priceClasses = {
  All: PriceClass.PRICE_CLASS_ALL,
  200: PriceClass.PRICE_CLASS_200,
  100: PriceClass.PRICE_CLASS_100,
};

/** CloudFront in front of the bucket and both APIs. */
export class EdgeDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(
    scope: Construct,
    id: string,
    props: { settings: Settings; bucket: Bucket; http: HttpApi; webSocket: WebSocketApi },
  ) {
    super(scope, id);
    const { settings, bucket, http, webSocket } = props;
    const { domainName, certificateArn, webAclArn } = settings;
    const headers = new EdgeHeaders(this, 'Headers', settings);
    const viewerProtocolPolicy = ViewerProtocolPolicy.REDIRECT_TO_HTTPS;
    const rewrite = new EdgeFunction(this, 'Rewrite', {
      comment: `${settings.name}: paths of Socket.IO and of the reference`,
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(rewrites),
    });
    const functionAssociations = [{ function: rewrite, eventType: FunctionEventType.VIEWER_REQUEST }];

    // With the right to list, what is not there is 404 and not 403.
    const originAccessLevels = [AccessLevel.READ, AccessLevel.LIST];
    const documents: BehaviorOptions = {
      origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket, {
        originAccessLevels,
        originAccessControl: new S3OriginAccessControl(this, 'OriginAccessControl', {
          // A name of the account, not of the region.
          originAccessControlName: `${settings.name}-${Stack.of(this).region}`,
        }),
      }),
      viewerProtocolPolicy,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: headers.documents,
    };
    const shared: BehaviorOptions = { ...documents, responseHeadersPolicy: headers.shared };
    const api: BehaviorOptions = {
      origin: this.#originOf(http),
      viewerProtocolPolicy,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: this.#readsCachePolicy(settings),
      // API Gateway tells its APIs apart by the host.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: headers.api,
    };
    const sockets: BehaviorOptions = {
      origin: this.#originOf(webSocket),
      viewerProtocolPolicy,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations,
      compress: false,
    };

    this.distribution = new Distribution(this, 'Distribution', {
      comment: `${settings.name}: the page and the APIs`,
      defaultRootObject: 'index.html',
      defaultBehavior: documents,
      additionalBehaviors: {
        '/assets/*': shared,
        '/client.js': shared,
        '/embed.js': shared,
        '/config.json': shared,
        '/docs*': { ...documents, functionAssociations },
        '/api/*': api,
        '/openapi.json': api,
        '/asyncapi.json': api,
        '/socket.io*': sockets,
        [`/${STAGE}*`]: sockets,
      },
      // CloudFront would go on answering with an error for ten seconds. An event that is new may have been asked for before.
      errorResponses: [404, 405, 414, 500, 501, 502, 503, 504].map((httpStatus) => ({
        httpStatus,
        ttl: Duration.seconds(0),
      })),
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableIpv6: true,
      priceClass: priceClasses[settings.priceClass],
      ...(webAclArn !== undefined && { webAclId: webAclArn }),
      ...(domainName !== undefined &&
        certificateArn !== undefined && {
          domainNames: [domainName],
          certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
          minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        }),
    });
    this.#acknowledge(settings);
  }

  #originOf(api: HttpApi | WebSocketApi): HttpOrigin {
    const { region, urlSuffix } = Stack.of(this);
    return new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    });
  }

  /** Reads are kept for as long as the API says, which is not at all unless it says so. */
  #readsCachePolicy({ name }: Settings): CachePolicy {
    return new CachePolicy(this, 'Reads', {
      comment: `${name}: reads of the HTTP API`,
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.hours(1),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      // What one may read, another may not; and only requests with an origin get CORS headers.
      headerBehavior: CacheHeaderBehavior.allowList('Authorization', 'Origin'),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }

  #acknowledge({ domainName, webAclArn }: Settings): void {
    const { distribution } = this;
    const acknowledge = (id: string, reason: string) =>
      Validations.of(distribution).acknowledge({ id, reason });
    acknowledge('AwsSolutions-CFR1', 'A live event has no country.');
    acknowledge(
      'AwsSolutions-CFR3',
      'The logs that this rule knows always have the query string, which may hold a token. EdgeLogs delivers logs without it.',
    );
    acknowledge(
      'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      'There is a default root object, so nobody can have the bucket listed.',
    );
    if (webAclArn === undefined) acknowledge('AwsSolutions-CFR2', 'The setting webAclArn adds one.');
    if (domainName === undefined) {
      acknowledge(
        'AwsSolutions-CFR4',
        'CloudFront decides for its own domain; with domainName it is TLS 1.2.',
      );
    }
  }
}
