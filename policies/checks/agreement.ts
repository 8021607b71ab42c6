import { type Check, type Completion, InvalidOptionError, type Model } from "../../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
import { textOf } from "./internal/answer-parts.ts";
import { lastNumber } from "./internal/last-number.ts";

export interface AgreementOptions {
  /** Number of further answers to ask for, in [1, 10]. Default 2. */
  readonly samples?: number | undefined;
  /** Number of further answers that must agree with the answer, in [1, `samples`]. Default all. */
  readonly agreeing?: number | undefined;
  /** Part to compare: the last number, or the whole text without case, spaces and punctuation. Default `number`. */
  readonly by?: "number" | "text" | undefined;
  /** Temperature of the further answers, in [0, 2]. Default 0.7: at 0 a model repeats itself, right or wrong. */
  readonly temperature?: number | undefined;
  /**
   * Model that gives the further answers, from the last ask and the earlier turns that the request facts
   * hold. Default: the model that gave the answer, from the whole request.
   */
  readonly model?: Model | undefined;
}

export const agreementOptions: OptionTable<AgreementOptions, "agreeing" | "model"> = {
  samples: { is: "number", min: 1, max: 10, integer: true, default: 2 },
  agreeing: { is: "number", min: 1, max: 10, integer: true, optional: true },
  by: { is: "choice", of: ["number", "text"], default: "number" },
  temperature: { is: "number", min: 0, max: 2, default: 0.7 },
  model: { is: "object", methods: ["generate"], named: ["name"], optional: true },
};

/**
 * Accepts an answer that further answers to the same request agree with (self-consistency). Calls a
 * model `samples` times in parallel; each call is priced, recorded and subject to the constraints. If
 * one fails, there is no verdict. Use it for answers that can be compared: numbers, labels, names. A text of
 * more than 10,000 characters agrees with none.
 */
export function agreement(options: AgreementOptions = {}): Check {
  const {
    samples,
    agreeing = samples,
    by,
    temperature,
    model,
  } = readOptions("agreement", agreementOptions, options);
  readOption({ is: "number", min: 1, max: samples, integer: true }, "agreement.agreeing", agreeing);
  const resultOf = by === "number" ? numberIn : plainText;

  return {
    name: `agreement(${agreeing} of ${samples} by ${by}${model === undefined ? "" : `, ${model.name}`})`,
    async accepts(request, answer, hop) {
      const value = resultOf(answer);
      if (value === undefined) return false;
      const ask = (): Promise<Completion> => {
        if (model === undefined) return again({ temperature });
        const content = request.window === "" ? request.ask : `${request.window}\n\n${request.ask}`;
        return hop.generate(model, { temperature, messages: [{ role: "user", content }] });
      };
      const again = (changes: { readonly temperature: number }): Promise<Completion> => {
        if (hop.again === undefined)
          throw new InvalidOptionError(
            "agreement.model",
            model,
            "set when the check runs outside a plan, where no model has answered",
          );
        return hop.again(changes);
      };
      const answers = await Promise.all(Array.from({ length: samples }, ask));
      return answers.filter((one) => resultOf(one) === value).length >= agreeing;
    },
  };
}

function numberIn(answer: Completion): number | undefined {
  return lastNumber(textOf(answer))?.value;
}

/** Length of the longest text that is compared, in characters: some characters have 18 in their normal form. */
const longestText = 10_000;

function plainText(answer: Completion): string | undefined {
  const whole = textOf(answer);
  if (whole.length > longestText) return undefined;
  const text = whole
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return text === "" ? undefined : text;
}
