import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { threshold } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createAudit } from "../../../src/rollout/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };

describe("an audit", () => {
  it("answers requests of the small model by the reference as well and writes an outcome record", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "audit-")), "audit.jsonl");
    const router = createRouter({
      models: {
        small: fakeModel({ model: "small", price, answer: "four" }),
        large: fakeModel({ model: "large", price, answer: "4" }),
      },
      policy: threshold({ small: "small", large: "large", at: 1 }),
    });
    const audit = createAudit({
      router,
      rate: 1,
      reference: "large",
      scorer: { name: "fixed", score: () => ({ quality: 0.5, referenceQuality: 1 }) },
      budget: { usdPerDay: 1 },
      file,
      prompts: "store",
    });
    await router.route("2 + 2?");
    await audit.flush();
    expect(audit.status().records).toBe(1);
    await router.close();
  });
});
