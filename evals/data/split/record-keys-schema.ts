import type { ZodType } from "zod";
import { decodeKeys, HASH_BYTES, MAX_KEYS, type RecordKeys } from "./record-keys.ts";

/** Schema of the keys of records in a file. Loads zod. */
export async function recordKeysSchema(): Promise<ZodType<RecordKeys>> {
  const { z } = await import("zod");
  const count = z.number().int().min(0).max(0xffff_ffff);
  return z
    .object({
      purpose: z.enum(["fit", "tune", "check"]),
      records: count,
      prompts: count,
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be a hash"),
      keys: z.base64().max(Math.ceil((MAX_KEYS * HASH_BYTES) / 3) * 4),
      split: z
        .object({
          seed: count,
          share: z.number().gt(0).lt(1),
          part: z.enum(["fit", "tune"]),
          groupBy: z.array(z.enum(["prompt", "template", "group", "session", "tenant"])).min(1),
        })
        .optional(),
    })
    .refine(
      ({ keys, prompts }) => {
        const bytes = Buffer.from(keys, "base64").length;
        return bytes === Math.min(prompts, MAX_KEYS) * HASH_BYTES && isRising(decodeKeys(keys));
      },
      { path: ["keys"], message: "must be the rising hashes of all prompts" },
    );
}

function isRising(values: Float64Array): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] as number));
}
