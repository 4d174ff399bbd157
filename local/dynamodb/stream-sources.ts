import type { Resource } from '../cloudformation/resource.ts';
import { readEventSourceMapping } from './event-source-mapping.ts';
import { type StreamSourceOptions, startStreamSource } from './stream-source.ts';

/** Starts every enabled event source mapping that is on a table's stream. */
export async function startStreamSources(
  resources: readonly Resource[],
  options: Omit<StreamSourceOptions, 'mapping'>,
) {
  const mappings = resources
    .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
    .flatMap((resource) => {
      const mapping = readEventSourceMapping(resource);
      if (!mapping) options.log(`${resource.logicalId} is not on a DynamoDB stream and does not run here.`);
      return mapping?.Enabled ? [mapping] : [];
    });
  const sources = await Promise.all(mappings.map((mapping) => startStreamSource({ ...options, mapping })));
  return {
    discarded: () => sources.flatMap((source) => source.discarded),
    stop: async () => {
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}
