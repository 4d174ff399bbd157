import { attributeOf } from '../cloudformation/attributes.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import { type Behavior, Distribution } from './distribution.ts';
import { EdgeFunction } from './edge-function.ts';
import {
  managedCachePolicies,
  managedOriginRequestPolicies,
  managedResponseHeadersPolicies,
} from './managed-policies.ts';
import * as cfn from './resources.ts';

/** The distribution among the resources, with all that it refers to. */
export function readDistribution(resources: readonly Resource[], log: Log): Distribution | undefined {
  const [found, ...others] = cfn.resourcesOf(resources, 'Distribution', cfn.Distribution);
  if (!found) return undefined;
  if (others.length > 0)
    log(`Of ${others.length + 1} CloudFront distributions only the first is served here.`);
  const [distributionId, { DistributionConfig }] = found;

  const functions = new Map(
    [...cfn.resourcesOf(resources, 'Function', cfn.FunctionResource)].map(
      ([arn, { FunctionCode, FunctionConfig }]) => [
        arn,
        new EdgeFunction({ code: FunctionCode, runtime: FunctionConfig.Runtime }, log),
      ],
    ),
  );
  const cachePolicies = cfn.resourcesOf(resources, 'CachePolicy', cfn.CachePolicy);
  const originRequestPolicies = cfn.resourcesOf(resources, 'OriginRequestPolicy', cfn.OriginRequestPolicy);
  const headersPolicies = cfn.resourcesOf(resources, 'ResponseHeadersPolicy', cfn.ResponseHeadersPolicy);

  /** A policy of the template or of AWS. */
  const policyOf = <T>(id: string | undefined, own: T | undefined, managed: Readonly<Record<string, T>>) => {
    const policy = id === undefined ? undefined : (own ?? managed[id]);
    if (id !== undefined && !policy) log(`The CloudFront policy ${id} is not known here: it is left out.`);
    return policy;
  };
  const account = { accountId: '', region: '' };
  return new Distribution(DistributionConfig, {
    distributionId,
    domainName: String(attributeOf('AWS::CloudFront::Distribution', distributionId, 'DomainName', account)),
    function: (arn) => functions.get(arn),
    parameters: ({ CachePolicyId, OriginRequestPolicyId }: Behavior) =>
      [
        policyOf(
          CachePolicyId,
          cachePolicies.get(CachePolicyId ?? '')?.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin,
          managedCachePolicies,
        ),
        policyOf(
          OriginRequestPolicyId,
          originRequestPolicies.get(OriginRequestPolicyId ?? '')?.OriginRequestPolicyConfig,
          managedOriginRequestPolicies,
        ),
      ].filter((policy) => policy !== undefined),
    responseHeaders: ({ ResponseHeadersPolicyId: id }: Behavior) =>
      policyOf(
        id,
        headersPolicies.get(id ?? '')?.ResponseHeadersPolicyConfig,
        managedResponseHeadersPolicies,
      ),
    log,
  });
}
