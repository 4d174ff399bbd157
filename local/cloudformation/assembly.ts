import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { legacyAssets, metadataSchema } from './legacy-assets.ts';
import type { Account } from './physical-id.ts';

/** One synthesized stack, before anything is resolved. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** For which it was synthesized, as far as that was known. */
  readonly environment?: Partial<Account>;
  /** Absolute path of the file or directory that was to be uploaded under this S3 key. */
  readonly assets: ReadonlyMap<string, string>;
  /** Values of the parameters by which templates of CDK v1 learn where their assets were uploaded. */
  readonly assetParameters?: ReadonlyMap<string, string> | undefined;
}

export type Template = z.infer<typeof templateSchema>;

const anything = z.record(z.string(), z.unknown());

const templateSchema = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string().optional(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), anything)).default({}),
  Conditions: anything.default({}),
  Resources: z
    .record(
      z.string(),
      z.object({ Type: z.string(), Condition: z.string().optional(), Properties: anything.default({}) }),
    )
    .default({}),
  Outputs: z
    .record(
      z.string(),
      z.object({
        Value: z.unknown().optional(),
        Condition: z.string().optional(),
        Export: z.object({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
});

const manifestSchema = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        environment: z.string().optional(),
        dependencies: z.array(z.string()).default([]),
        properties: z
          .object({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            file: z.string().optional(),
            directoryName: z.string().optional(),
          })
          .default({}),
        metadata: metadataSchema.default({}),
        additionalMetadataFile: z.string().optional(),
      }),
    )
    .default({}),
});

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/**
 * The stacks of a cloud assembly (`cdk.out`), each after the stacks it depends on, including those of nested
 * assemblies (CDK stages).
 */
export function readAssembly(folder: string): Stack[] {
  const directory = resolve(folder);
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new Error(`${folder} is not a cloud assembly: it has no manifest.json. Run "npx cdk synth" first.`);
  }
  const { artifacts } = manifestSchema.parse(readJson(join(directory, 'manifest.json')));
  const assets = new Map<string, string>();
  for (const { properties } of Object.values(artifacts)) {
    if (properties.file?.endsWith('.assets.json')) addAssets(assets, directory, properties.file);
  }
  const stacks: Stack[] = [];
  const seen = new Set<string>();
  const visit = (id: string) => {
    const artifact = artifacts[id];
    if (!artifact || seen.has(id)) return;
    seen.add(id);
    artifact.dependencies.forEach(visit);
    const { templateFile, stackName, directoryName } = artifact.properties;
    if (artifact.type === 'cdk:cloud-assembly' && directoryName) {
      stacks.push(...readAssembly(join(directory, directoryName)));
    }
    if (artifact.type === 'aws:cloudformation:stack' && templateFile) {
      const template = templateSchema.parse(readJson(join(directory, templateFile)));
      const { metadata, additionalMetadataFile: file } = artifact;
      const more = file ? metadataSchema.parse(readJson(join(directory, file))) : {};
      const legacy = legacyAssets(directory, { ...metadata, ...more });
      stacks.push({
        name: stackName ?? id,
        template,
        environment: environmentOf(artifact.environment),
        assets: new Map([...assets, ...legacy.assets]),
        assetParameters: legacy.parameters,
      });
    }
  };
  Object.keys(artifacts).forEach(visit);
  return stacks;
}

/** Of `aws://123456789012/eu-west-1`; either part may be unknown. */
function environmentOf(text = ''): Partial<Account> {
  const [, accountId = '', region = ''] = /^aws:\/\/([^/]*)\/([^/]*)$/.exec(text) ?? [];
  return {
    ...(/^\d{12}$/.test(accountId) && { accountId }),
    ...(region && region !== 'unknown-region' && { region }),
  };
}

function addAssets(assets: Map<string, string>, directory: string, file: string): void {
  for (const { source, destinations } of Object.values(
    assetsSchema.parse(readJson(join(directory, file))).files,
  )) {
    for (const { objectKey } of Object.values(destinations)) {
      // Absolute where the CDK was told to leave assets where they are.
      if (source.path) assets.set(objectKey, resolve(directory, source.path));
    }
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
