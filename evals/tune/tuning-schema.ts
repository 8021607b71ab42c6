import type { ZodType } from "zod";
import { HASH_BYTES, MAX_KEYS } from "../data/split/record-keys.ts";
import { recordKeysSchema } from "../data/split/record-keys-schema.ts";
import { ALWAYS_SMALL, TUNING_FORMAT_VERSION, type TuningFile } from "./tuning-file.ts";

/** Schema of a tuning file. Loads zod. */
export async function tuningSchema(): Promise<ZodType<TuningFile>> {
  const [{ z }, keys] = await Promise.all([import("zod"), recordKeysSchema()]);
  const text = z.string().min(1);
  const count = z.number().int().min(0).max(0xffff_ffff);
  const unit = z.number().min(0).max(1);
  const open = z.number().gt(0).lt(1);
  const signed = z.number().min(-1).max(1);
  const usd = z.number().min(0);
  const threshold = z.number().min(0).max(ALWAYS_SMALL);
  const date = z.string().refine((value) => !Number.isNaN(Date.parse(value)), "must be a date in ISO 8601");
  const sides = (of: typeof usd) => z.object({ small: of, large: of, routed: of });
  const estimate = z.object({
    value: z.number(),
    low: z.number().optional(),
    high: z.number().optional(),
  });
  const certificate = z
    .object({
      guarantee: z.enum(["mean", "regressions"]),
      target: z.union([
        z.strictObject({ maxLoss: open }),
        z.strictObject({ largeShare: unit }),
        z.strictObject({ budgetUsd: usd }),
      ]),
      maxLoss: signed,
      confidence: open,
      test: z.enum(["exact", "binomial", "gaffke", "betting"]),
      records: count,
      choosing: count,
      skipped: count,
      lost: count.optional(),
      missingShare: unit.optional(),
      missing: z.array(z.object({ model: text, reason: text, records: count })).optional(),
      unclassified: count,
      units: count,
      groupBy: z.array(z.enum(["prompt", "template", "group", "session", "tenant"])).min(1),
      largestUnit: count,
      unitCap: count.min(1).optional(),
      seed: count,
      threshold: threshold.optional(),
      loss: signed,
      upperBound: signed,
      pValue: unit,
      saving: estimate.optional(),
      largeCallRate: unit,
      quality: sides(unit),
      costUsd: sides(usd).optional(),
      concerns: z.array(z.string()).optional(),
      notes: z.array(z.string()),
    })
    .refine(({ upperBound, maxLoss }) => upperBound <= maxLoss + 1e-12, {
      path: ["upperBound"],
      message: "must be at most maxLoss",
    })
    .refine(({ pValue, confidence }) => pValue <= 1 - confidence + 1e-12, {
      path: ["pValue"],
      message: "must be at most 1 - confidence",
    });
  const curve = z.array(
    z.object({
      threshold: threshold.optional(),
      largeCallRate: unit,
      loss: signed,
      quality: unit,
      costUsd: usd.optional(),
      pValue: unit.optional(),
      accepted: z.boolean(),
    }),
  );
  const rates = {
    usdPerMillionInputTokens: usd,
    usdPerMillionOutputTokens: usd,
    usdPerMillionCachedInputTokens: usd.optional(),
    usdPerMillionCacheWriteTokens: usd.optional(),
    usdPerMillionCacheWrite1hTokens: usd.optional(),
    usdPerMillionAudioInputTokens: usd.optional(),
    usdPerMillionCachedAudioInputTokens: usd.optional(),
    usdPerMillionImageInputTokens: usd.optional(),
    usdPerMillionReasoningTokens: usd.optional(),
    usdPerMillionAudioOutputTokens: usd.optional(),
    usdPerMillionImageOutputTokens: usd.optional(),
  };
  const tiers = z
    .array(z.object({ ...rates, aboveInputTokens: usd, inclusive: z.boolean().optional() }))
    .optional();
  const serviceTier = z.object({
    factor: usd.optional(),
    rates: z.object(rates).optional(),
    tiers,
    reserve: z.enum(["always", "asked"]).optional(),
    doesNotStackWith: z.array(z.enum(["longContext", "cachedInput", "cacheWrite"])).optional(),
  });
  const gpu = z.object({
    usdPerGpuHour: usd,
    gpus: usd.optional(),
    concurrentCalls: usd.optional(),
    outputTokensPerSecond: usd.optional(),
  });
  const price = z.object({
    ...rates,
    usdPerRequest: usd.optional(),
    searchFee: z.object({ usd, per: z.enum(["search", "request"]).optional() }).optional(),
    cheaperHours: z
      .array(
        z.object({
          days: z.array(z.number()).optional(),
          from: z.string(),
          to: z.string(),
          factor: z.number(),
        }),
      )
      .optional(),
    tiers,
    serviceTiers: z.record(z.string(), serviceTier).optional(),
    gpu: gpu.optional(),
    source: z.string().optional(),
    checkedOn: z.string().optional(),
  });
  const measured = (mean: typeof usd) => z.object({ mean, error: usd });
  const bytesOf = (size: number) => z.base64().max(Math.ceil((MAX_KEYS * size) / 3) * 4);
  const baseline = z
    .object({
      records: count,
      units: count,
      quality: z.record(z.string(), measured(unit)),
      loss: measured(signed).optional(),
      largeCallRate: measured(unit).optional(),
      costUsd: measured(usd).optional(),
      ids: bytesOf(HASH_BYTES),
      qualities: z.record(z.string(), bytesOf(2)),
    })
    .refine(
      ({ ids, qualities }) =>
        Object.values(qualities).every(
          (bytes) =>
            Buffer.from(bytes, "base64").length * HASH_BYTES === Buffer.from(ids, "base64").length * 2,
        ),
      { path: ["qualities"], message: "must hold a quality for each of the ids" },
    );
  const parameters = z.record(z.string(), z.unknown());
  const policy = z.object({ name: text, parameters: parameters.optional() });
  const file = z
    .object({
      formatVersion: z.literal(TUNING_FORMAT_VERSION),
      version: z.string().regex(/^[0-9a-f]{12}$/, "must be a hash"),
      createdAt: date,
      expiresAt: date,
      kind: z.enum(["threshold", "categories", "policies"]),
      threshold: threshold.optional(),
      policy,
      models: z.array(text).min(2),
      small: text,
      large: text,
      classifier: z.object({ name: text, version: text }),
      text: z.enum(["prompt", "question"]),
      quantiles: z
        .array(unit)
        .refine((values) => values.every((value, at) => at === 0 || value >= (values[at - 1] ?? value)), {
          message: "must be in ascending order",
        }),
      certificate,
      curve,
      categories: z
        .array(
          z.union([
            z.object({ category: text, threshold, certificate, curve }),
            z.object({ category: text, threshold: z.literal(0), records: count, problem: text }),
          ]),
        )
        .optional(),
      data: keys,
      baseline: baseline.optional(),
      fitted: keys.optional(),
      prices: z.record(z.string(), price).optional(),
      servedModels: z.record(z.string(), z.array(z.string())).optional(),
      judge: text.optional(),
      window: z.object({ from: date, to: date }).optional(),
    })
    .refine(({ models, small, large }) => models.includes(small) && models.includes(large), {
      path: ["models"],
      message: "must hold small and large",
    })
    .refine(({ kind, threshold: at }) => kind === "policies" || at !== undefined, {
      path: ["threshold"],
      message: "must be present, unless the kind is policies",
    });
  return file as ZodType<TuningFile>;
}
