import type { Parameters, ResponseHeaders } from './resources.ts';

type Selection = [behavior: string, names?: string[]];

const parameters = (headers: Selection, cookies: Selection, queryStrings: Selection): Parameters => ({
  HeadersConfig: { HeaderBehavior: headers[0], Headers: headers[1] ?? [] },
  CookiesConfig: { CookieBehavior: cookies[0], Cookies: cookies[1] ?? [] },
  QueryStringsConfig: { QueryStringBehavior: queryStrings[0], QueryStrings: queryStrings[1] ?? [] },
});

const nothing = parameters(['none'], ['none'], ['none']);
const originHeaders = ['Host', 'Origin', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override'];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
export const managedCachePolicies: Readonly<Record<string, Parameters>> = {
  // CachingOptimized, CachingOptimizedForUncompressedObjects, CachingDisabled
  '658327ea-f89d-4fab-a63d-7e88639e58f6': nothing,
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': nothing,
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': nothing,
  // UseOriginCacheControlHeaders, UseOriginCacheControlHeaders-QueryStrings
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': parameters(['whitelist', originHeaders], ['all'], ['none']),
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': parameters(['whitelist', originHeaders], ['all'], ['all']),
};

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html */
export const managedOriginRequestPolicies: Readonly<Record<string, Parameters>> = {
  // AllViewer, AllViewerExceptHostHeader
  '216adef6-5c7f-47e4-b989-5492eafa07d3': parameters(['allViewer'], ['all'], ['all']),
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': parameters(['allExcept', ['Host']], ['all'], ['all']),
  // CORS-CustomOrigin, CORS-S3Origin, UserAgentRefererHeaders
  '59781a5b-3903-41f3-afcb-af62929ccde1': parameters(['whitelist', ['Origin']], ['none'], ['none']),
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': parameters(
    ['whitelist', ['Origin', 'Access-Control-Request-Headers', 'Access-Control-Request-Method']],
    ['none'],
    ['none'],
  ),
  'acba4595-bd28-49b8-b9fe-13317c0390fa': parameters(
    ['whitelist', ['User-Agent', 'Referer']],
    ['none'],
    ['none'],
  ),
};

const cors = (preflight: boolean): ResponseHeaders['CorsConfig'] => ({
  AccessControlAllowCredentials: false,
  AccessControlAllowHeaders: { Items: preflight ? ['*'] : [] },
  AccessControlAllowMethods: {
    Items: preflight ? ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] : [],
  },
  AccessControlAllowOrigins: { Items: ['*'] },
  AccessControlExposeHeaders: { Items: preflight ? ['*'] : [] },
  OriginOverride: false,
});

const security: ResponseHeaders['SecurityHeadersConfig'] = {
  ContentTypeOptions: { Override: true },
  FrameOptions: { FrameOption: 'SAMEORIGIN', Override: false },
  ReferrerPolicy: { ReferrerPolicy: 'strict-origin-when-cross-origin', Override: false },
  StrictTransportSecurity: {
    AccessControlMaxAgeSec: 31_536_000,
    IncludeSubdomains: false,
    Preload: false,
    Override: false,
  },
  XSSProtection: { Protection: true, ModeBlock: true, Override: false },
};

const headers = (config: Partial<ResponseHeaders>): ResponseHeaders => ({
  SecurityHeadersConfig: {},
  CustomHeadersConfig: { Items: [] },
  RemoveHeadersConfig: { Items: [] },
  ...config,
});

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html */
export const managedResponseHeadersPolicies: Readonly<Record<string, ResponseHeaders>> = {
  // SimpleCORS, CORS-With-Preflight, SecurityHeadersPolicy
  '60669652-455b-4ae9-85a4-c4c02393f86c': headers({ CorsConfig: cors(false) }),
  '5cc3b908-e619-4b99-88e5-2cf7f45965bd': headers({ CorsConfig: cors(true) }),
  '67f7725c-6f97-4210-82d7-5512b31e9d03': headers({ SecurityHeadersConfig: security }),
  // CORS-and-SecurityHeadersPolicy, CORS-with-preflight-and-SecurityHeadersPolicy
  'e61eb60c-9c35-4d20-a928-2b84e02af89c': headers({
    CorsConfig: cors(false),
    SecurityHeadersConfig: security,
  }),
  'eaab4381-ed33-4a86-88ca-d9558dc6cd63': headers({
    CorsConfig: cors(true),
    SecurityHeadersConfig: security,
  }),
};
