/** The code of an error of jose: https://github.com/panva/jose/blob/main/docs/util/errors/README.md */
export const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code);

/** Whether a token is to blame, and not the issuer or us. */
export const isTokensFault = (error: unknown): boolean =>
  /^ERR_(JWT|JWS|JOSE_ALG_NOT_ALLOWED$|JOSE_NOT_SUPPORTED$|JWKS_NO_MATCHING_KEY$|JWKS_MULTIPLE_MATCHING_KEYS$)/.test(
    codeOf(error),
  );
