import * as z from 'zod';
import { limits } from './limits.ts';
import { faultsOfMetadata } from './metadata-rules.ts';

/** Metadata as clients send it. Checked as it came: schemas of objects pass over a key named `__proto__`. */
export const metadata = z.preprocess(
  (value, context) => {
    for (const { path, message } of faultsOfMetadata(value)) {
      context.addIssue({ code: 'custom', message, path: path === '' ? [] : [path] });
    }
    return value;
  },
  z
    .record(z.string().min(1).max(limits.metadataKeyLength), z.string().max(limits.metadataValueLength))
    .meta({ maxProperties: limits.metadataKeys }),
);
