/** What one synchronous invocation of a function came to. */
export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  /**
   * Thrown, timed out, killed or failed to initialise: `X-Amz-Function-Error: Unhandled`. If it is `throttled` it has not
   * run, because as many functions run already as the account may: 429.
   */
  | { readonly ok: false; readonly payload: FunctionError; readonly throttled?: true };

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** The Lambda service as the other parts of the local stack use it. */
export interface Lambda {
  /** Invokes and waits. `functionArn` is a full ARN or a bare function name. Rejects only for an unknown function. */
  invoke(functionArn: string, event: unknown): Promise<Invocation>;
}
