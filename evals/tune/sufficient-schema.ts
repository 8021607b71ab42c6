import type { ZodType } from "zod";
import type { SufficientFile } from "../../policies/checks/sufficient.ts";

/** Schema of a file for `sufficient`. Loads zod. */
export async function sufficientSchema(): Promise<ZodType<SufficientFile>> {
  const { z } = await import("zod");
  const text = z.string().min(1);
  const numbers = z.array(z.number()).max(1_025);
  const file = z.object({
    formatVersion: z.literal(1),
    kind: z.literal("sufficient"),
    version: z.string().regex(/^[0-9a-f]{12}$/, "must be a hash"),
    small: text,
    large: text,
    score: z.enum(["logprob", "blend", "text"]),
    min: z.number().max(1.01),
    gain: z
      .object({
        logprob: z.boolean(),
        signals: z.boolean(),
        categories: z.array(z.string()).max(64),
        intercept: z.number(),
        means: numbers,
        deviations: numbers,
        weights: numbers,
        gains: numbers,
        logprobs: numbers,
      })
      .optional(),
    report: z.record(z.string(), z.unknown()).optional(),
  });
  return file as ZodType<SufficientFile>;
}
