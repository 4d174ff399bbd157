import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.record(z.string(), z.string());

const saveMs = 2_000;

/** Up to which sequence number each event source mapping is done. */
export interface Checkpoints {
  get(mappingLogicalId: string): bigint;
  /** Called now and then, and at the end. */
  track(mappingLogicalId: string, current: () => bigint): void;
  stop(): void;
}

/**
 * Lambda remembers how far it has read a stream. With a data directory, so does the local stack: a file in there says
 * where to go on after a restart. What was done after the last save is delivered again.
 */
export function openCheckpoints(dataDir: string | undefined): Checkpoints {
  const file = dataDir && join(dataDir, 'stream-checkpoints.json');
  const known = file ? read(file) : {};
  const tracked = new Map<string, () => bigint>();
  const save = () => {
    if (!file) return;
    const current = [...tracked].map(([mapping, checkpoint]) => [mapping, checkpoint().toString()]);
    writeFileSync(file, JSON.stringify({ ...known, ...Object.fromEntries(current) }));
  };
  const timer = setInterval(save, saveMs);
  timer.unref();
  return {
    get: (mapping) => BigInt(known[mapping] ?? 0),
    track: (mapping, current) => tracked.set(mapping, current),
    stop() {
      clearInterval(timer);
      save();
    },
  };
}

function read(file: string): Record<string, string> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The first run, or one that was killed while it wrote: from the start of the stream.
    return {};
  }
}
