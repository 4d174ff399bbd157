import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { EdgeDistribution } from './constructs/edge-distribution.ts';
import { EdgeLogs } from './constructs/edge-logs.ts';
import { Page } from './constructs/page.ts';
import type { Settings } from './context-settings.ts';

export interface EdgeStackProps extends StackProps {
  settings: Settings;
  http: HttpApi;
  webSocket: WebSocketApi;
}

/** One domain in front of the page and both APIs. Holds nothing that cannot be deployed again. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, { settings, http, webSocket, ...props }: EdgeStackProps) {
    super(scope, id, props);
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
    new CfnOutput(this, 'PageUrl', { value: `https://${domainName}/` });
    new CfnOutput(this, 'DistributionDomainName', { value: distribution.distributionDomainName });
    new CfnOutput(this, 'DistributionId', { value: distribution.distributionId });
  }
}
