import type { Metered } from '../../local/metering.ts';

/** Counted operations, as a bill has them. */
export interface Usage {
  /** WebSocket messages of clients, and to them. */
  framesIn: number;
  framesOut: number;
  /** What the frames to clients come to. */
  bytesOut: number;
  invocations: number;
  readUnits: number;
  writeUnits: number;
}

export const nothing: Usage = {
  framesIn: 0,
  framesOut: 0,
  bytesOut: 0,
  invocations: 0,
  readUnits: 0,
  writeUnits: 0,
};

/** API Gateway charges for every 32 KB begun. */
export const frameUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 32_768));

/** `usage`, a number of times. */
export const times = (count: number, usage: Usage): Usage => mapOf((name) => count * usage[name]);

export const sum = (...all: readonly Usage[]): Usage =>
  mapOf((name) => all.reduce((total, usage) => total + usage[name], 0));

const mapOf = (value: (name: keyof Usage) => number) =>
  Object.fromEntries(
    (Object.keys(nothing) as (keyof Usage)[]).map((name) => [name, value(name)]),
  ) as unknown as Usage;

/** Adds what the local stack has metered. */
export function add(usage: Usage, metered: Metered): void {
  if (metered.what === 'invocation') usage.invocations += 1;
  else if (metered.what === 'dynamodb') {
    usage.readUnits += metered.readUnits;
    usage.writeUnits += metered.writeUnits;
  } else if (metered.direction === 'in') usage.framesIn += frameUnits(metered.bytes);
  else {
    usage.framesOut += frameUnits(metered.bytes);
    usage.bytesOut += metered.bytes;
  }
}
