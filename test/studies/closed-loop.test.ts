import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderLoop } from "../../evals/report/loop/render-loop.ts";
import { renderRollout } from "../../evals/report/loop/render-rollout.ts";
import { type ClosedLoop, maxLoss, runClosedLoop } from "../../studies/simulate-closed-loop.ts";

const folder = mkdtempSync(join(tmpdir(), "closed-loop-"));
let loop: ClosedLoop;
beforeAll(async () => {
  loop = await runClosedLoop({
    seed: 2,
    folder,
    rate: 1,
    mostTurns: 1,
    // Requests of two sessions at a time: none is lost where several are under way, either.
    concurrency: 2,
    mostRequests: 1_500,
    stages: [
      { shadow: true, requests: 10 },
      { share: 0.25, units: 5 },
      { share: 0.5, units: 100 },
      { share: 1, units: 5 },
    ],
  });
  // On a busy machine it takes longer than the usual ten seconds.
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const part = (words: string) => loop.parts.find(({ name }) => name.includes(words));

describe("a closed loop over HTTP", () => {
  it("goes from no labels to a certificate that is true", () => {
    expect(part("no labels")).toMatchObject({ toSmall: 0 });
    expect(loop.atTuning.evidence).toMatchObject({ kind: "enough", looked: 200 });
    expect(loop.tuning.certificate.target).toEqual({ maxLoss });
    expect(loop.trueLossOfTuning).toBeLessThan(maxLoss);
  });

  it("leads the tuned threshold to all requests", () => {
    expect(loop.first).toMatchObject({ state: "done", verdict: { reason: expect.any(String) } });
    expect(loop.first.history.map(({ verdict }) => verdict)).toEqual([
      "advance",
      "advance",
      "advance",
      "done",
    ]);
  });

  it("finds that the provider has changed the model, and answers with the large one", () => {
    expect(loop.atBreak.promise?.state).toBe("broken");
    expect(loop.atBreak.next.text).toContain("the promise is broken");
    expect(part("the provider changes")?.audited).toBeLessThan(500);
    expect(part("after the broken promise")).toMatchObject({ toSmall: 0 });
  });

  it("ends a second rollout in whose middle the model changes", () => {
    expect(["rolled-back", "aborted"]).toContain(loop.second.state);
    expect(part("changed again")?.audited).toBeLessThan(500);
    expect(part("after the rollback")).toMatchObject({ toSmall: 0 });
  });

  it("answers every request, some of them by a fallback", () => {
    for (const { name, requests, answered } of loop.parts) expect(answered, name).toBe(requests);
    expect(loop.parts.reduce((sum, { fallbacks }) => sum + fallbacks, 0)).toBeGreaterThan(0);
  });

  it("has pages that say what happened", async () => {
    const now = Date.parse(loop.atBreak.at);
    expect(renderRollout(loop.second, now)).toContain("tuned-again");
    expect(renderLoop(loop.atBreak)).toContain("broken");
  });
});
