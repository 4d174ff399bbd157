import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** One synthesized stack, before anything is resolved. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** Absolute path of the file or directory that was to be uploaded under this S3 key. */
  readonly assets: ReadonlyMap<string, string>;
}

export type Template = z.infer<typeof templateSchema>;

const anything = z.record(z.string(), z.unknown());

const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
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
        Value: z.unknown(),
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
        dependencies: z.array(z.string()).default([]),
        properties: z
          .object({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            file: z.string().optional(),
            directoryName: z.string().optional(),
          })
          .default({}),
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
export function readAssembly(directory: string): Stack[] {
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new Error(
      `${directory} is not a cloud assembly: it has no manifest.json. Run "npx cdk synth" first.`,
    );
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
      stacks.push({ name: stackName ?? id, template, assets });
    }
  };
  Object.keys(artifacts).forEach(visit);
  return stacks;
}

function addAssets(assets: Map<string, string>, directory: string, file: string): void {
  for (const { source, destinations } of Object.values(
    assetsSchema.parse(readJson(join(directory, file))).files,
  )) {
    for (const { objectKey } of Object.values(destinations)) {
      if (source.path) assets.set(objectKey, join(directory, source.path));
    }
  }
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
