/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles: in Lambda the execution role's credentials are
 * always in the environment, so the ways to find others (profiles, SSO, IMDS) need not be loaded on a cold start.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
