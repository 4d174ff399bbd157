import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Stack } from '../cloudformation/assembly.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { unpackArchive } from '../lambda/archive.ts';
import { contentTypeOf } from './content-type.ts';
import { markersReplaced } from './markers.ts';

export interface StoredObject {
  readonly content: Buffer;
  /** Such as `content-type` and `cache-control`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The CDK's custom resource: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html */
const Deployment = z.object({
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(z.record(z.string(), z.unknown())).default([]),
  SourceMarkersConfig: z
    .array(
      z.object({
        jsonEscape: z.boolean().default(false),
        markerEncodings: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
  DestinationBucketName: z.string(),
  DestinationBucketKeyPrefix: z.string().default(''),
  Extract: z.boolean().default(true),
  Exclude: z.array(z.string()).default([]),
  Include: z.array(z.string()).default([]),
  SystemMetadata: z.record(z.string(), z.string()).default({}),
  UserMetadata: z.record(z.string(), z.string()).default({}),
});

export const deploymentType = 'Custom::CDKBucketDeployment';

/** What the bucket deployments of all stacks put into their buckets, by the name of the bucket and by key. */
export function deployToBuckets(
  resources: readonly Resource[],
  stacks: readonly Stack[],
  scratch: string,
): Map<string, Map<string, StoredObject>> {
  const buckets = new Map<string, Map<string, StoredObject>>();
  for (const resource of resources) {
    if (resource.type !== deploymentType) continue;
    const deployment = Deployment.parse(resource.properties);
    const assets = stacks.find(({ name }) => name === resource.stack)?.assets;
    const objects = buckets.get(deployment.DestinationBucketName) ?? new Map<string, StoredObject>();
    buckets.set(deployment.DestinationBucketName, objects);
    const { SystemMetadata, UserMetadata } = deployment;
    for (const [name, content] of filesOf(deployment, assets, join(scratch, resource.logicalId))) {
      if (!isIncluded(name, deployment.Exclude, deployment.Include)) continue;
      const user = Object.entries(UserMetadata).map(([key, value]) => [
        `x-amz-meta-${key.toLowerCase()}`,
        value,
      ]);
      const metadata = {
        'content-type': contentTypeOf(name),
        ...SystemMetadata,
        ...Object.fromEntries(user),
      };
      const prefix = deployment.DestinationBucketKeyPrefix.replace(/^\/|\/$/g, '');
      objects.set(prefix === '' ? name : `${prefix}/${name}`, { content, metadata });
    }
  }
  return buckets;
}

/** The files of all sources, a later source over an earlier one. */
function filesOf(
  { SourceObjectKeys, SourceMarkers, SourceMarkersConfig, Extract }: z.infer<typeof Deployment>,
  assets: Stack['assets'] | undefined,
  scratch: string,
): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [i, key] of SourceObjectKeys.entries()) {
    const path = assets?.get(key);
    if (path === undefined)
      throw new Error(`The bucket deployment of ${key} cannot be run: its asset is not there.`);
    if (!Extract) {
      files.set(key.split('/').at(-1) ?? key, readFileSync(path));
      continue;
    }
    const folder = folderOf(path, join(scratch, String(i)));
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const name = file.slice(folder.length + 1).replaceAll('\\', '/');
      files.set(name, markersReplaced(readFileSync(file), SourceMarkers[i], SourceMarkersConfig[i]));
    }
  }
  return files;
}

function folderOf(path: string, scratch: string): string {
  if (statSync(path).isDirectory()) return path;
  mkdirSync(scratch, { recursive: true });
  unpackArchive(path, scratch);
  return scratch;
}

/**
 * All excludes come before all includes, and the last filter that matches a file decides.
 * https://docs.aws.amazon.com/cli/latest/reference/s3/index.html#use-of-exclude-and-include-filters
 */
function isIncluded(name: string, exclude: readonly string[], include: readonly string[]): boolean {
  if (include.some((pattern) => matchesFilter(pattern, name))) return true;
  return !exclude.some((pattern) => matchesFilter(pattern, name));
}

/** `*` is anything, `?` one character, `[a]` and `[!a]` one of these. */
function matchesFilter(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[\\^$.+(){}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return new RegExp(`^${source}$`, 's').test(name);
}
