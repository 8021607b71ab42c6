import { ProviderError } from "../../src/contracts/index.ts";
import { type InProcessModel, inProcess, type LocalAnswer } from "../../src/router/providers/in-process.ts";
import type { RecordedRequest, Scenario, ScenarioAnswer, ServeSettings } from "../../src/testing/index.ts";

/** A local model that does what a scenario says, and a record of what its functions were given. */
export function serveLocally(
  scenario: Scenario,
  { defaults, strictParameters }: ServeSettings,
): { model: InProcessModel; requests: RecordedRequest[]; close(): Promise<void> } {
  const requests: RecordedRequest[] = [];
  let isOpen = true;
  const failed = (kind: "connection" | "incomplete") => new ProviderError({ kind, model: "an engine" });
  /** Records the call; what it resolves with tells when the work has ended. */
  const received = (request: unknown, maxOutputTokens: number | undefined): (() => void) => {
    if (!isOpen) throw failed("connection");
    let end = () => {};
    const closed = new Promise<void>((resolve) => {
      end = resolve;
    });
    requests.push({ method: "", path: "", headers: {}, body: { request, maxOutputTokens }, closed });
    return end;
  };
  const stalled = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  const failureOf = (failure: Extract<Scenario, { type: "failure" }>["failure"]) =>
    new ProviderError({ ...failure, model: "an engine", detail: failure.message });

  const model = inProcess({
    name: "engine",
    defaults,
    strictParameters,
    concurrency: 2,
    ready: () => isOpen,
    parameters: ["temperature", "top_p", "seed", "stop", "tools", "tool_choice", "response_format"],
    async generate(request, { signal, maxOutputTokens }) {
      const end = received(request, maxOutputTokens);
      try {
        if (scenario.type === "failure") throw failureOf(scenario.failure);
        if (scenario.type === "garbage") return 5 as never;
        if (scenario.type === "stall") return await stalled(signal);
        if (scenario.type === "broken") {
          if (scenario.ending === "stall") return await stalled(signal);
          if (scenario.ending === "cut") throw failed("incomplete");
          return {};
        }
        return wholeOf(scenario.answer);
      } finally {
        end();
      }
    },
    async *stream(request, { signal, maxOutputTokens }) {
      const end = received(request, maxOutputTokens);
      try {
        if (scenario.type === "failure") throw failureOf(scenario.failure);
        if (scenario.type === "garbage") yield 5 as never;
        if (scenario.type === "stall") await stalled(signal);
        if (!("answer" in scenario)) return;
        const { answer } = scenario;
        for (const text of answer.textPieces) yield { text, model: answer.model };
        if (scenario.type === "stream-error") throw failureOf(scenario.failure);
        if (scenario.type === "broken" && scenario.ending === "cut") throw failed("incomplete");
        if (scenario.type === "broken" && scenario.ending === "stall") await stalled(signal);
        if (scenario.type === "broken") return;
        const { text: _, ...rest } = wholeOf(answer);
        yield rest;
      } finally {
        end();
      }
    },
  });
  return {
    model,
    requests,
    close: async () => {
      isOpen = false;
    },
  };
}

function wholeOf({ model, textPieces, toolCalls, finishReason, usage }: ScenarioAnswer): LocalAnswer {
  return {
    text: textPieces.join(""),
    toolCalls: toolCalls.map(({ argumentPieces, ...call }) => ({
      ...call,
      arguments: argumentPieces.join(""),
    })),
    finishReason,
    usage,
    model,
  };
}
