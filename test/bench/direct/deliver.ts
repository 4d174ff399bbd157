export * from '../../../shared/delivery/deliver.ts';

/** Stand in for what the sender's Lambda delivers with: no look at the cursor, no lease, no log, no window. */
export async function isSmall(): Promise<boolean> {
  return false;
}

export async function deliverNow(): Promise<void> {}
