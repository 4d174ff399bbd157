import { z } from 'zod';
import type { Resource } from '../cloudformation/resource.ts';

/**
 * The properties that are used of each `AWS::CloudFront::*` resource, intrinsic functions resolved.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html
 */
const Behavior = z.object({
  TargetOriginId: z.string(),
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  CachePolicyId: z.string().optional(),
  OriginRequestPolicyId: z.string().optional(),
  ResponseHeadersPolicyId: z.string().optional(),
  FunctionAssociations: z.array(z.object({ EventType: z.string(), FunctionARN: z.string() })).default([]),
});

const Origin = z.object({
  Id: z.string(),
  DomainName: z.string(),
  OriginPath: z.string().default(''),
  OriginCustomHeaders: z.array(z.object({ HeaderName: z.string(), HeaderValue: z.string() })).default([]),
});

export const Distribution = z.object({
  DistributionConfig: z.object({
    DefaultRootObject: z.string().default(''),
    Origins: z.array(Origin).default([]),
    DefaultCacheBehavior: Behavior,
    CacheBehaviors: z.array(Behavior.extend({ PathPattern: z.string() })).default([]),
    CustomErrorResponses: z
      .array(
        z.object({
          ErrorCode: z.coerce.number(),
          ResponsePagePath: z.string().optional(),
          ResponseCode: z.coerce.number().optional(),
        }),
      )
      .default([]),
  }),
});

export type Origin = z.infer<typeof Origin>;

export const FunctionResource = z.object({
  Name: z.string().default(''),
  FunctionCode: z.string(),
  FunctionConfig: z.object({ Runtime: z.string() }),
});

const names = z.array(z.string()).default([]);

/** What of a request is in the cache key, or is forwarded without being in it. */
const Parameters = z.object({
  HeadersConfig: z.object({ HeaderBehavior: z.string(), Headers: names }),
  CookiesConfig: z.object({ CookieBehavior: z.string(), Cookies: names }),
  QueryStringsConfig: z.object({ QueryStringBehavior: z.string(), QueryStrings: names }),
});

export type Parameters = z.infer<typeof Parameters>;

export const CachePolicy = z.object({
  CachePolicyConfig: z.object({ ParametersInCacheKeyAndForwardedToOrigin: Parameters }),
});

export const OriginRequestPolicy = z.object({ OriginRequestPolicyConfig: Parameters });

const items = z.object({ Items: z.array(z.string()).default([]) }).default({ Items: [] });
const Override = z.boolean().default(false);

const ResponseHeaders = z.object({
  CorsConfig: z
    .object({
      AccessControlAllowCredentials: z.boolean().default(false),
      AccessControlAllowHeaders: items,
      AccessControlAllowMethods: items,
      AccessControlAllowOrigins: items,
      AccessControlExposeHeaders: items,
      AccessControlMaxAgeSec: z.coerce.number().optional(),
      OriginOverride: Override,
    })
    .optional(),
  SecurityHeadersConfig: z
    .object({
      ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.string(), Override }).optional(),
      ContentTypeOptions: z.object({ Override }).optional(),
      FrameOptions: z.object({ FrameOption: z.string(), Override }).optional(),
      ReferrerPolicy: z.object({ ReferrerPolicy: z.string(), Override }).optional(),
      StrictTransportSecurity: z
        .object({
          AccessControlMaxAgeSec: z.coerce.number(),
          IncludeSubdomains: z.boolean().default(false),
          Preload: z.boolean().default(false),
          Override,
        })
        .optional(),
      XSSProtection: z
        .object({ Protection: z.boolean(), ModeBlock: z.boolean().default(false), Override })
        .optional(),
    })
    .default({}),
  CustomHeadersConfig: z
    .object({ Items: z.array(z.object({ Header: z.string(), Value: z.string(), Override })).default([]) })
    .default({ Items: [] }),
  RemoveHeadersConfig: z
    .object({ Items: z.array(z.object({ Header: z.string() })).default([]) })
    .default({ Items: [] }),
});

export type ResponseHeaders = z.infer<typeof ResponseHeaders>;

export const ResponseHeadersPolicy = z.object({ ResponseHeadersPolicyConfig: ResponseHeaders });

/** The resources of one type, such as `Distribution`, each parsed, by what `Ref` gives. */
export function resourcesOf<T>(
  resources: readonly Resource[],
  type: string,
  schema: z.ZodType<T>,
): Map<string, T> {
  const found = resources.filter((resource) => resource.type === `AWS::CloudFront::${type}`);
  return new Map(
    found.map(({ physicalId, logicalId, stack, properties }) => {
      const parsed = schema.safeParse(properties);
      if (parsed.success) return [physicalId, parsed.data];
      const why = z.prettifyError(parsed.error);
      throw new Error(`AWS::CloudFront::${type} ${logicalId} of ${stack} cannot be run locally: ${why}`);
    }),
  );
}
