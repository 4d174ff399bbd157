import type { Resource } from './resource.ts';

/** What the local stack runs, or reads because something that it runs depends on it. */
const run =
  /^AWS::(ApiGatewayV2::(Api|Authorizer|Deployment|Integration|Model|Route|RouteResponse|Stage)|CDK::Metadata|CloudWatch::Alarm|CloudFront::(CachePolicy|Distribution|Function|OriginAccessControl|OriginRequestPolicy|ResponseHeadersPolicy)|DynamoDB::(GlobalTable|Table)|Events::Rule|IAM::(ManagedPolicy|Policy|Role)|Lambda::(Alias|EventInvokeConfig|EventSourceMapping|Function|Permission|Version)|S3::(Bucket|BucketPolicy)|SQS::(Queue|QueuePolicy)|Scheduler::Schedule)$|^Custom::CDKBucketDeployment$/;

/** The other types of the templates, each once, and functions of other runtimes than Node.js. */
export const typesNotRun = (resources: readonly Resource[]): string[] =>
  [...new Set(resources.map(typeOf))].filter((type) => !run.test(type)).sort();

function typeOf({ type, properties }: Resource): string {
  if (type !== 'AWS::Lambda::Function') return type;
  const { PackageType, Runtime = 'nodejs' } = properties;
  const runtime = PackageType === 'Image' ? 'container image' : String(Runtime);
  return runtime.startsWith('nodejs') ? type : `${type} (${runtime})`;
}
