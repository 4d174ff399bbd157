import type { Resource } from './resource.ts';

/** What the local stack runs, or reads because something that it runs depends on it. */
const run =
  /^AWS::(ApiGatewayV2::(Api|Authorizer|Deployment|Integration|Model|Route|RouteResponse|Stage)|CDK::Metadata|CloudFront::(CachePolicy|Distribution|Function|OriginAccessControl|OriginRequestPolicy|ResponseHeadersPolicy)|DynamoDB::(GlobalTable|Table)|Events::Rule|IAM::(ManagedPolicy|Policy|Role)|Lambda::(Alias|EventInvokeConfig|EventSourceMapping|Function|Permission|Version)|S3::(Bucket|BucketPolicy)|Scheduler::Schedule)$|^Custom::CDKBucketDeployment$/;

/** The other types of the templates, each once. */
export const typesNotRun = (resources: readonly Resource[]): string[] =>
  [...new Set(resources.map(({ type }) => type))].filter((type) => !run.test(type)).sort();
