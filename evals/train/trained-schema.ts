import type { ZodType } from "zod";
import type { TrainedClassifier } from "../../src/router/classifiers/index.ts";
import { STRUCTURE } from "../../src/router/classifiers/inner.ts";
import {
  FORMAT_VERSION,
  PARTS,
  type Part,
  REFERENCE_QUANTILES,
} from "../../src/router/classifiers/trained/inner.ts";
import { recordKeysSchema } from "../data/split/record-keys-schema.ts";

/** Schema of a classifier file. Loads zod. */
export async function trainedSchema(): Promise<ZodType<TrainedClassifier>> {
  const { z } = await import("zod");
  const keys = await recordKeysSchema();
  const text = z.string().min(1);
  const hash = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), "must be a hash");
  const count = z.number().int().min(0).max(0xffff_ffff);
  const unit = z.number().min(0).max(1);
  const column = z.base64();
  const rising = z
    .array(z.number())
    .refine(
      (values) => values.every((value, index) => index === 0 || value >= (values[index - 1] ?? value)),
      {
        message: "must be in ascending order",
      },
    );
  const perStructure = z.array(z.number()).length(STRUCTURE.length);
  const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
  const part = z.enum(PARTS);
  const score = z
    .array(z.object({ part, weight: z.number(), mean: z.number(), deviation: z.number().positive() }))
    .min(1);
  const heads = z.object({
    buckets: z
      .number()
      .int()
      .refine((value) => value > 0 && (value & (value - 1)) === 0, { message: "must be a power of two" }),
    heads: z.array(
      z.object({ bias: z.number(), structure: perStructure, weights: column, scale: z.number().positive() }),
    ),
  });
  const bumps = z.object({ weights: column, bias: z.number() });
  const curve = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("constant"), value: unit }),
    z.object({ kind: z.literal("identity") }),
    z.object({ kind: z.literal("platt"), slope: z.number().positive(), intercept: z.number() }),
    z
      .object({ kind: z.literal("isotonic"), estimates: rising.min(1), values: rising.min(1) })
      .refine(({ estimates, values }) => estimates.length === values.length, {
        message: "must have a value for each estimate",
      }),
  ]);
  const file = z
    .object({
      formatVersion: z.literal(FORMAT_VERSION),
      version: hash(12),
      base: z.object({ name: text, version: text }),
      small: text,
      large: text,
      models: z.array(text).min(2),
      seed: count,
      data: z.object({ records: count, sha256: hash(64) }),
      keys: keys.optional(),
      candidate: text,
      proven: z.boolean(),
      recommended: z.boolean(),
      notRecommended: text.optional(),
      flips: z.array(z.object({ kind: text, share: unit, prompts: count })),
      candidates: z.array(
        z.object({
          name: text,
          apgr: estimate,
          overLength: estimate,
          overMean: estimate,
          betterThanLength: unit,
          promptsToProve: z.number().int().positive().optional(),
        }),
      ),
      score,
      quantiles: rising.length(REFERENCE_QUANTILES),
      withCategory: z.object({ score, quantiles: rising.length(REFERENCE_QUANTILES) }).optional(),
      structure: z.object({
        means: perStructure,
        deviations: z.array(z.number().positive()).length(STRUCTURE.length),
      }),
      ridge: heads.optional(),
      logistic: heads,
      latent: z.object({ count, buckets: column, weights: column, scale: z.number().positive() }).optional(),
      landmarks: z.object({ count, places: column, small: bumps, large: bumps }).optional(),
      table: z
        .object({ gains: z.array(z.tuple([z.string(), z.number()])), otherwise: z.number() })
        .optional(),
      examples: z.object({
        count,
        bucketCounts: column,
        buckets: column,
        structure: column,
        quality: column,
        lengths: column,
        defaults: column,
        groups: column,
        categoryOf: column,
        categories: z.array(z.string()),
      }),
      curves: z.array(curve),
    })
    .refine(({ models, small, large }) => models.includes(small) && models.includes(large), {
      path: ["models"],
      message: "must hold small and large",
    })
    .refine(
      ({ models, curves, logistic }) =>
        curves.length === models.length && logistic.heads.length === models.length,
      {
        path: ["curves"],
        message: "must be one for each model, as must the heads",
      },
    )
    .refine(({ ridge, ...scores }) => ridge?.heads.length === 1 || !names(scores, "ridge"), {
      path: ["ridge"],
      message: "must be present, with one head, if the score names it",
    })
    .refine(
      ({ latent, landmarks, ...scores }) =>
        (latent !== undefined && landmarks !== undefined) || !names(scores, "landmarks"),
      { path: ["landmarks"], message: "must be present, with the latent space, if the score names them" },
    )
    .refine(({ table, ...scores }) => table !== undefined || !names(scores, "table"), {
      path: ["table"],
      message: "must be present if the score names it",
    });
  return file;
}

/** True if one of the file's scores has the part. */
function names(
  { score, withCategory }: Pick<TrainedClassifier, "score" | "withCategory">,
  part: Part,
): boolean {
  return [...score, ...(withCategory?.score ?? [])].some((one) => one.part === part);
}
