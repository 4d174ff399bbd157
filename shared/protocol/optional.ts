import type * as z from 'zod';

/** A field that may be left out. `null` is the same, as many clients write what they have no value for. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

/** A field whose value can be taken away, with `null`, when it is not just left out. */
export const removable = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();
