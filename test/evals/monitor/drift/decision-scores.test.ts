import { describe, expect, it } from "vitest";
import { decisionScores } from "../../../../evals/monitor/drift/decision-scores.ts";
import { threshold } from "../../../../policies/index.ts";
import type { Decision, RouteRequest } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { stated } from "../../../support/evals/records.ts";

const router = createRouter({
  models: { little: fakeModel({ name: "vllm:qwen" }), big: fakeModel({ name: "openai:gpt" }) },
  policy: threshold({ small: "little", large: "big", at: 0.5 }),
  classifier: stated,
});
const ask = (content: string, rest: object = {}): RouteRequest<"little" | "big"> => ({
  messages: [{ role: "user", content }],
  ...rest,
});
const decide = (requests: readonly RouteRequest<"little" | "big">[]): Promise<Decision[]> =>
  Promise.all(requests.map((request) => router.decide(request)));

describe("decisionScores", () => {
  it("gives the complexities of a router's decisions with what makes them depend on each other", async () => {
    const decisions = await decide([
      ask("0.1 a", { session: "s" }),
      ask("0.2 b", { session: "s" }),
      ask("0.3 c", { tenant: "t" }),
      ask("0.4 d"),
      ask("0.4 d"),
    ]);
    const { scores, units, ...counts } = await decisionScores(decisions, { classifier: "stated@1" });
    expect([...scores]).toEqual([0.1, 0.2, 0.3, 0.4, 0.4]);
    // Without prompts in the log, equal ones cannot be told.
    expect([...units]).toEqual([0, 0, 1, 2, 3]);
    expect(counts).toEqual({ unclassified: 0, otherClassifier: 0 });
    const hashed = decisions.map((decision, index) => ({
      ...decision,
      promptHash: index < 3 ? `${index}` : "d",
    }));
    expect([...(await decisionScores(hashed, { classifier: "stated@1" })).units]).toEqual([0, 0, 1, 2, 2]);
    const byTenant = { classifier: "stated@1", groupBy: ["tenant"] } as const;
    expect([...(await decisionScores(hashed, byTenant)).units]).toEqual([0, 1, 2, 3, 4]);
  });

  it("leaves out and counts what was not classified, or by another classifier", async () => {
    const decisions = await decide([ask("0.1 a"), ask("0.2 b", { model: "big" })]);
    expect(await decisionScores(decisions, { classifier: "stated@1" })).toMatchObject({
      scores: Float64Array.of(0.1),
      unclassified: 1,
      otherClassifier: 0,
    });
    expect(await decisionScores(decisions, { classifier: "stated@2" })).toMatchObject({
      scores: new Float64Array(0),
      unclassified: 1,
      otherClassifier: 1,
    });
  });
});
