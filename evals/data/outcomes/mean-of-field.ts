import { weightedMean } from "../../../src/loop/statistics/index.ts";

/** Mean of a field; undefined unless all items have it: a mean over some would be one of other requests. */
export function meanOfField<Field extends string>(
  items: readonly { readonly [Key in Field]?: number | undefined }[],
  field: Field,
): number | undefined {
  const values = items.flatMap((item) => item[field] ?? []);
  return values.length < items.length ? undefined : weightedMean(values);
}
