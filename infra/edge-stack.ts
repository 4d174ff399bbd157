import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ChatEdge, type ChatEdgeProps } from './constructs/edge.ts';

/** One domain in front of the page and both APIs, in a stack that can be deleted and deployed again. */
export class EdgeStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings, http, webSocket, ...props }: StackProps & ChatEdgeProps,
  ) {
    super(scope, id, props);
    // An id that is no part of logical ids.
    const { pageUrl, distribution } = new ChatEdge(this, 'Default', { settings, http, webSocket });
    new CfnOutput(this, 'PageUrl', { value: pageUrl });
    new CfnOutput(this, 'DistributionDomainName', { value: distribution.distributionDomainName });
    new CfnOutput(this, 'DistributionId', { value: distribution.distributionId });
  }
}
