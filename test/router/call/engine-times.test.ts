import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Completion } from "../../../src/contracts/index.ts";
import { engineTimes } from "../../../src/router/call/engine-times.ts";
import { numRuns } from "../../support/runs.ts";

/** Fields of llama.cpp's server of September 2026 (tools/server/server-task.cpp, `result_timings::to_json`); numbers of this test. */
const timings = {
  cache_n: 24,
  prompt_n: 6,
  prompt_ms: 12.5,
  prompt_per_token_ms: 2.083,
  prompt_per_second: 480,
  predicted_n: 20,
  predicted_ms: 80.25,
  predicted_per_token_ms: 4.0125,
  predicted_per_second: 249.2,
};
const usage = { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50 };

const answer = (more: object): Completion =>
  ({ id: "1", object: "chat.completion", created: 0, model: "m", choices: [], ...more }) as Completion;

describe("the times of an engine", () => {
  it("are those of the prompt and of the answer", () => {
    expect(engineTimes(answer({ timings, usage }), 200).ms).toBe(92.75);
  });

  it("tell the cached part of the prompt where the usage does not", () => {
    expect(engineTimes(answer({ timings, usage }), 200).usage?.prompt_tokens_details?.cached_tokens).toBe(24);
    const told = { ...usage, prompt_tokens_details: { cached_tokens: 5 } };
    expect(engineTimes(answer({ timings, usage: told }), 200).usage).toBe(told);
    expect(engineTimes(answer({ timings }), 200)).toEqual({ ms: 92.75, usage: undefined });
  });

  it.each<readonly [string, object]>([
    ["longer than the call", { predicted_ms: 190 }],
    ["negative", { prompt_ms: -1 }],
    ["not a number", { prompt_ms: Number.NaN }],
    ["text", { predicted_ms: "80" }],
    ["without end", { predicted_ms: Number.POSITIVE_INFINITY }],
    ["absent", { predicted_ms: undefined }],
    ["nothing", { prompt_ms: 0, predicted_ms: 0 }],
    ["too short for 20 tokens", { prompt_ms: 0.5, predicted_ms: 1 }],
  ])("are not believed if they are %s", (_, wrong) => {
    expect(engineTimes(answer({ timings: { ...timings, ...wrong }, usage }), 200).ms).toBeUndefined();
  });

  it("take a clock of whole milliseconds for what it is", () => {
    expect(engineTimes(answer({ timings, usage }), 92).ms).toBe(92.75);
    expect(engineTimes(answer({ timings, usage }), 91).ms).toBeUndefined();
  });

  it("are never longer than the call, whatever a server says", () => {
    const anything = fc.oneof(fc.double(), fc.anything());
    fc.assert(
      fc.property(
        fc.record({ prompt_ms: anything, predicted_ms: anything, predicted_n: anything, cache_n: anything }),
        fc.oneof(fc.constant(usage), fc.anything()),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (said, used, tookMs) => {
          const { ms } = engineTimes(answer({ timings: said, usage: used }), tookMs);
          if (ms !== undefined) expect(ms > 0 && ms <= tookMs + 1).toBe(true);
        },
      ),
      numRuns(300),
    );
    for (const said of [null, 5, "x", []])
      expect(engineTimes(answer({ timings: said }), 5).ms).toBeUndefined();
  });
});
