import type { Context } from 'aws-lambda';
import { sweep } from '../../shared/chat/sweep.ts';
import { chat, publishMetrics } from '../context.ts';

/** Kept back for a clean end, milliseconds. */
const RESERVE_MS = 5_000;

export async function handler(_event: unknown, context: Context): Promise<void> {
  await sweep(chat, Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS);
  publishMetrics();
}
