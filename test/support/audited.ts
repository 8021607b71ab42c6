import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { always } from "../../policies/index.ts";
import type { AuditChanged } from "../../src/contracts/index.ts";
import { createRouter, type RouterOptions } from "../../src/index.ts";
import {
  type AuditedRecord,
  type AuditOptions,
  type AuditScorer,
  createAudit,
} from "../../src/loop/index.ts";
import { type FakeModelOptions, fakeModel } from "../../src/testing/index.ts";

export type Id = "small" | "large";

/** One US dollar per call, whatever its length. */
export const oneUsd = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };

/** Rates the answer 0.5 and the reference 1. */
export const halfAsGood: AuditScorer = { name: "half", score: () => ({ quality: 0.5, referenceQuality: 1 }) };

export interface AuditedRouter {
  readonly options?: Partial<RouterOptions<Id>>;
  readonly audit?: Partial<AuditOptions<Id>>;
  readonly small?: FakeModelOptions;
  readonly large?: FakeModelOptions;
}

/** Line of the file of an audit. */
export interface AuditLine {
  readonly id: string;
  readonly prompt?: string;
  readonly messages?: unknown;
  readonly metadata: { readonly audit: Readonly<Record<string, unknown>> };
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Creates a router of two models, whose small one answers, with an audit at rate 1. */
export function audited({ options, audit: given, small: ofSmall, large: ofLarge }: AuditedRouter = {}) {
  const file = join(mkdtempSync(join(tmpdir(), "audit-")), "audit.jsonl");
  const small = fakeModel({ model: "small", price: oneUsd, answer: "from small", ...ofSmall });
  const large = fakeModel({ model: "large", price: oneUsd, answer: "from large", ...ofLarge });
  const router = createRouter<{ readonly small: typeof small; readonly large: typeof large }>({
    models: { small, large },
    policy: always("small"),
    random: () => 0,
    ...options,
  });
  const changes: AuditChanged[] = [];
  router.observe((event) => {
    if (event.type === "audit-changed") changes.push(event);
  });
  const losses: AuditedRecord[] = [];
  const audit = createAudit({
    router,
    rate: 1,
    reference: "large",
    scorer: halfAsGood,
    budget: { usdPerDay: 1_000 },
    file,
    onRecord: [(record: AuditedRecord) => losses.push(record)],
    ...given,
  });
  const lines = () =>
    readFileSync(given?.file ?? file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditLine);
  return { router, audit, small, large, file: given?.file ?? file, lines, losses, changes };
}
