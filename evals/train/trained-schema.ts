import type { ZodType } from "zod";
import { STRUCTURE } from "../../src/classifiers/read-features.ts";
import {
  FORMAT_VERSION,
  REFERENCE_QUANTILES,
  type TrainedClassifier,
} from "../../src/classifiers/trained/trained-file.ts";
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
  const part = z.enum(["length", "default", "table", "ridge", "logistic", "neighbours"]);
  const heads = z.object({
    buckets: z
      .number()
      .int()
      .refine((value) => value > 0 && (value & (value - 1)) === 0, { message: "must be a power of two" }),
    heads: z.array(
      z.object({ bias: z.number(), structure: perStructure, weights: column, scale: z.number().positive() }),
    ),
  });
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
      recommended: z.boolean(),
      candidates: z.array(z.object({ name: text, apgr: estimate, overLength: estimate, overMean: estimate })),
      score: z
        .array(z.object({ part, weight: z.number(), mean: z.number(), deviation: z.number().positive() }))
        .min(1),
      quantiles: rising.length(REFERENCE_QUANTILES),
      structure: z.object({
        means: perStructure,
        deviations: z.array(z.number().positive()).length(STRUCTURE.length),
      }),
      ridge: heads.optional(),
      logistic: heads,
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
    .refine(
      ({ score, ridge, models }) =>
        ridge?.heads.length === models.length || score.every((one) => one.part !== "ridge"),
      {
        path: ["ridge"],
        message: "must be present, with a head for each model, if the score names it",
      },
    );
  return file;
}
