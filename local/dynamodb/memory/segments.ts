import { invalid } from './errors.ts';
import type { Rows } from './rows.ts';

/** The partitions that one segment of a parallel scan reads. */
export function partitionsOf(
  rows: Rows,
  segment: number | undefined,
  total: number | undefined,
): readonly string[] {
  const all = rows.partitions();
  if (segment === undefined && total === undefined) return all;
  if (segment === undefined || total === undefined || segment >= total)
    throw invalid('Segment has to be there with TotalSegments, and below it');
  return all.filter((partition) => hash(partition) % total === segment);
}

function hash(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) sum = (sum * 31 + text.charCodeAt(index)) >>> 0;
  return sum;
}
