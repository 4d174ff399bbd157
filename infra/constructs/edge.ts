import type { HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';
import { EdgeDistribution } from './edge-distribution.ts';
import { EdgeLogs } from './edge-logs.ts';
import { Page } from './page.ts';

export interface ChatEdgeProps {
  settings: Settings;
  http: HttpApi;
  webSocket: WebSocketApi;
}

/** One domain in front of the page and both APIs. Holds nothing that cannot be deployed again. */
export class ChatEdge extends Construct {
  readonly distribution: Distribution;
  /** `https://{domain}/` */
  readonly pageUrl: string;

  constructor(scope: Construct, id: string, { settings, http, webSocket }: ChatEdgeProps) {
    super(scope, id);
    const { bucket } = new Page(this, 'Page', settings);
    const { distribution } = new EdgeDistribution(this, 'Edge', { settings, bucket, http, webSocket });
    new EdgeLogs(this, 'Logs', { settings, distribution });
    const { domainName = distribution.distributionDomainName, hostedZoneId } = settings;
    if (hostedZoneId !== undefined) {
      const aliasTarget = {
        dnsName: distribution.distributionDomainName,
        hostedZoneId: CloudFrontTarget.getHostedZoneId(this),
      };
      for (const type of ['A', 'AAAA']) {
        new CfnRecordSet(this, `${type}Record`, { hostedZoneId, name: domainName, type, aliasTarget });
      }
    }
    this.distribution = distribution;
    this.pageUrl = `https://${domainName}/`;
  }
}
