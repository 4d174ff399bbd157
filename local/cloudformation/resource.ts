import type { Account } from './physical-id.ts';

/** One resource of the synthesized templates, its intrinsic functions resolved to what this machine uses. */
export interface Resource {
  readonly stack: string;
  /** Of its stack. */
  readonly account: Account;
  readonly logicalId: string;
  /** Such as `AWS::Lambda::Function`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What `Ref` gives. */
  readonly physicalId: string;
}
