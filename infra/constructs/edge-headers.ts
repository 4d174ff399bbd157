import { Duration, Fn, Stack } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  type ResponseSecurityHeadersBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';

const everywhere = {
  strictTransportSecurity: {
    accessControlMaxAge: Duration.days(365),
    includeSubdomains: false,
    override: true,
  },
  contentTypeOptions: { override: true },
  referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
} satisfies ResponseSecurityHeadersBehavior;

/** A Content-Security-Policy that allows nothing but this. */
const contentSecurityPolicy = (directives: Readonly<Record<string, readonly string[]>>) => ({
  contentSecurityPolicy: [['default-src', "'none'"], ...Object.entries(directives)]
    .map((directive) => directive.flat().join(' '))
    .join('; '),
  override: true,
});

/** The origin of an issuer, whose URL may be known only when the stack is deployed. */
function originOf(issuer: string): string {
  const parts = Fn.split('/', issuer);
  return `${Fn.select(0, parts)}//${Fn.select(2, parts)}`;
}

/** The headers that CloudFront adds to what it serves. */
export class EdgeHeaders extends Construct {
  /** Of documents: what they may load and who may frame them. */
  readonly documents: ResponseHeadersPolicy;
  /** Of files that the pages of others load too. */
  readonly shared: ResponseHeadersPolicy;
  /** Of the HTTP API, which sends its own CORS headers. */
  readonly api: ResponseHeadersPolicy;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { domainName, 'auth.issuer': issuer } = settings;
    // These names are of the account, not of the region.
    const prefix = `${settings.name}-${Stack.of(this).region}`;
    this.documents = new ResponseHeadersPolicy(this, 'Documents', {
      responseHeadersPolicyName: `${prefix}-documents`,
      comment: `${settings.name}: the page`,
      securityHeadersBehavior: {
        ...everywhere,
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        contentSecurityPolicy: contentSecurityPolicy({
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'img-src': ["'self'", 'data:'],
          // 'self' covers wss:// of the same host, but not for Safari before 15.4. The domain that CloudFront gives cannot
          // be named here: the distribution needs this policy first.
          'connect-src': [
            "'self'",
            ...(domainName === undefined ? [] : [`wss://${domainName}`]),
            ...(issuer === undefined ? [] : [originOf(issuer)]),
          ],
          'manifest-src': ["'self'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
        }),
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
          { header: 'cross-origin-resource-policy', value: 'same-origin', override: true },
        ],
      },
    });
    this.shared = new ResponseHeadersPolicy(this, 'Shared', {
      responseHeadersPolicyName: `${prefix}-shared`,
      comment: `${settings.name}: what other pages load`,
      securityHeadersBehavior: everywhere,
      corsBehavior: {
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: ['GET', 'HEAD'],
        accessControlAllowHeaders: ['*'],
        accessControlAllowCredentials: false,
        originOverride: true,
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'cross-origin-resource-policy', value: 'cross-origin', override: true }],
      },
    });
    this.api = new ResponseHeadersPolicy(this, 'Api', {
      responseHeadersPolicyName: `${prefix}-api`,
      comment: `${settings.name}: the HTTP API`,
      securityHeadersBehavior: {
        ...everywhere,
        contentSecurityPolicy: contentSecurityPolicy({ 'frame-ancestors': ["'none'"] }),
      },
    });
  }
}
