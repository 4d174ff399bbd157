import { resolve } from 'node:path';
import { z } from 'zod';

/** What an artifact of the manifest says about the constructs of a stack, by their paths. */
export const metadataSchema = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), data: z.unknown().optional() })),
);

const assetSchema = z.object({
  id: z.string(),
  path: z.string(),
  s3BucketParameter: z.string(),
  s3KeyParameter: z.string(),
  artifactHashParameter: z.string(),
});

/**
 * The file assets of a stack of CDK v1, or of v2's `LegacyStackSynthesizer`: its template learns from parameters where
 * each was uploaded, and puts the key together from what is before and after `||`.
 */
export function legacyAssets(directory: string, metadata: z.infer<typeof metadataSchema>) {
  const assets = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const { type, data } of Object.values(metadata).flat()) {
    const asset = type === 'aws:cdk:asset' ? assetSchema.safeParse(data).data : undefined;
    if (!asset) continue;
    assets.set(`assets/${asset.id}`, resolve(directory, asset.path));
    parameters
      .set(asset.s3BucketParameter, 'assets')
      .set(asset.s3KeyParameter, `assets/||${asset.id}`)
      .set(asset.artifactHashParameter, asset.id);
  }
  return { assets, parameters };
}
