import { createHash } from 'node:crypto';
import { seen } from './seen.ts';

/** The same for texts that differ only in case, width, spaces or what is not seen. */
export function hashOf(text: string): string {
  const bare = seen(text).normalize('NFKC').replace(/\s/gu, '');
  return createHash('sha256').update(bare.toLowerCase()).digest('base64url');
}
