import { z } from 'zod';
import type { Resource } from '../cloudformation/resource.ts';
import type { EdgeAnswer, EdgeRequest } from '../cloudfront/message.ts';
import { allows, policyDocumentSchema } from '../iam-policy.ts';
import { getObject } from './bucket.ts';
import type { StoredObject } from './bucket-deployments.ts';

/** A bucket as CloudFront sees it. */
export interface Bucket {
  /** Whether this is one of its domain names, the global or the regional one. */
  serves(domainName: string): boolean;
  get(request: EdgeRequest): EdgeAnswer;
}

const BucketPolicy = z.object({ Bucket: z.string(), PolicyDocument: policyDocumentSchema });

/** The buckets of the templates, with what was deployed into them and with what their policies let CloudFront do. */
export function readBuckets(
  resources: readonly Resource[],
  deployed: ReadonlyMap<string, ReadonlyMap<string, StoredObject>>,
): Bucket[] {
  const policies = resources
    .filter(({ type }) => type === 'AWS::S3::BucketPolicy')
    .map(({ properties }) => BucketPolicy.parse(properties));
  const buckets = resources.filter(({ type }) => type === 'AWS::S3::Bucket');
  return buckets.map(({ physicalId: name }) => {
    const statements = policies
      .filter((policy) => policy.Bucket === name)
      .flatMap((policy) => policy.PolicyDocument.Statement);
    const rights = {
      mayGet: allows(statements, 's3:GetObject', `arn:aws:s3:::${name}/object`),
      mayList: allows(statements, 's3:ListBucket', `arn:aws:s3:::${name}`),
    };
    const objects = deployed.get(name) ?? new Map<string, StoredObject>();
    const isThis = new RegExp(`^${name}\\.s3(\\.[a-z0-9-]+)?\\.amazonaws\\.com$`);
    return {
      serves: (domainName: string) => isThis.test(domainName),
      get: (request: EdgeRequest) => getObject(objects, request, rights),
    };
  });
}
