import { describe, expect, it } from "vitest";
import { candidateFailures } from "../../src/loop/rollout/candidate-failures.ts";
import { candidateFailed } from "../../src/loop/rollout/candidate-opinion.ts";
import type { Verdict } from "../../src/loop/rollout/judge.ts";

const done: Verdict = { verdict: "done", advice: "route", reason: "safe", numbers: {} };
const failed = `${candidateFailed}TypeError; always`;

function counted(...parts: readonly (readonly [reason: string, times: number])[]) {
  const failures = candidateFailures();
  for (const [reason, times] of parts) for (let at = 0; at < times; at += 1) failures.note(reason, 1);
  return failures.held(done);
}

describe("candidate failures", () => {
  it("hold what goes up above 1 % of the requests, and never for two", () => {
    expect(counted([failed, 2])).toBe(done);
    expect(counted([failed, 3])).toMatchObject({ verdict: "hold", needs: "a person" });
    expect(counted([failed, 10], ["sound", 990])).toBe(done);
    expect(counted([failed, 11], ["sound", 989])).toMatchObject({ numbers: { candidateFailed: 11 } });
  });

  it("of a candidate that was mended hold it for a bounded number of requests, however many there were", () => {
    expect(counted([failed, 200_000], ["sound", 1_000])).toMatchObject({ verdict: "hold" });
    expect(counted([failed, 200_000], ["sound", 45_000])).toBe(done);
  });

  it("at a steady 2 % hold it for good", () => {
    const failures = candidateFailures();
    for (let at = 0; at < 100_000; at += 1) {
      failures.note(at % 50 === 0 ? failed : "sound", 1);
      if (at > 500) expect(failures.held(done).verdict).toBe("hold");
    }
  });
});
