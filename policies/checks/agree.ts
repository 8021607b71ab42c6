import type { Check, Model } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { type ExtractBy, extractAnswer, extractText } from "./internal/extract-answer.ts";

export interface AgreeOptions {
  /** The other small model. One of another family errs elsewhere: two that err alike agree on wrong answers. */
  readonly with: Model;
  /**
   * Part to compare. `answer`: calls of tools, JSON (only the field `answer` of an object that has it), what
   * follows `####`, in `\boxed{}` or behind "answer is", else the whole of an answer of up to 200
   * characters. `number`: the last number. `text`: the whole text without case, spaces and punctuation. Default
   * `answer`.
   */
  readonly by?: ExtractBy | undefined;
  /** Temperature of the other answer, in [0, 2]. Default 0: its best answer, which a recorded one is like. */
  readonly temperature?: number | undefined;
}

export const agreeOptions: OptionTable<AgreeOptions> = {
  with: { is: "object", methods: ["generate"], named: ["name"] },
  by: { is: "choice", of: ["answer", "number", "text"], default: "answer" },
  temperature: { is: "number", min: 0, max: 2, default: 0 },
};

/**
 * Accepts an answer that another small model agrees with: both answers are reduced to what they say, and that
 * must be equal. The other model gets the whole request, in one call that is priced, recorded and subject to
 * the constraints. If it is not permitted for the request, or fails, there is no verdict, so the answer is not
 * accepted and the cascade escalates. It is not called for an answer in which there is nothing to compare, such
 * as a long explanation; that one is not accepted either.
 *
 * Replay compares recorded answers of both models and adds the cost of the second.
 */
export function agree(options: AgreeOptions): Check {
  const { with: model, by, temperature } = readOptions("agree", agreeOptions, options);
  const { name } = model;

  return {
    name: agreeName(name, by, temperature),
    async accepts(request, answer, hop) {
      const said = extractAnswer(answer, by);
      if (said === undefined) {
        hop.note?.("nothing to compare in the answer");
        return false;
      }
      const content = request.window === "" ? request.ask : `${request.window}\n\n${request.ask}`;
      const other =
        hop.again === undefined
          ? await hop.generate(model, { temperature, messages: [{ role: "user", content }] })
          : await hop.again({ temperature }, model);
      return extractAnswer(other, by) === said;
    },
    recorded(_, { answer: { answer }, other, permits }) {
      if (answer === undefined) return undefined;
      const said = extractText(answer, by);
      if (said === undefined) return { accepted: false };
      // A call that a constraint forbids is not made.
      if (!permits(name)) return { accepted: false };
      const second = other(name)?.answer;
      if (second === undefined) return undefined;
      return { accepted: extractText(second, by) === said, called: [name] };
    },
  };
}

function agreeName(name: string, by: ExtractBy, temperature: number): string {
  const parts = [
    `with ${name}`,
    by === "answer" ? "" : `by ${by}`,
    temperature === 0 ? "" : `at ${temperature}`,
  ];
  return `agree(${parts.filter((part) => part !== "").join(", ")})`;
}
