import type { ChatRequest, Completion, Model } from "../../contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { completeFacts } from "../../router/cost/inner.ts";
import type { AuditedAnswers, AuditScore, AuditScorer, ScoringHop } from "./audit-scorer.ts";
import { agrees, createJudgeErrors } from "./judge-errors.ts";
import { answerText, canBeShown, conversationText, judgeRequest, picturesOf } from "./judge-question.ts";

export interface AuditJudgeOptions {
  /** Model that judges. Use another one than those that are judged: models favour their own answers. */
  readonly model: Model;
  /** Criteria, in your words. Default: that the answer is correct, complete and to the point. */
  readonly rubric?: string | undefined;
  /**
   * `both` asks twice with the answers in either order, and takes the mean: the order then has no effect, and how much it
   * would have had is measured. `random` asks once, in an order by chance. Default `both`.
   */
  readonly orders?: "both" | "random" | undefined;
  /** Most characters of each text that the judge is shown; a longer one is cut in the middle. Default 20,000. */
  readonly maxCharacters?: number | undefined;
  /** Most output tokens of a verdict; more for a model that thinks first. Default 1,000. */
  readonly maxOutputTokens?: number | undefined;
  /**
   * Receives of each pair that was judged in both orders if the verdicts agree on the better answer, for instance
   * `drift.noteJudge`. One that throws is ignored.
   */
  readonly onPair?: ((agreed: boolean) => unknown) | undefined;
}

const usualRubric =
  "The answer is correct, complete and to the point. Style and length count only where they help or hinder the reader.";

export const auditJudgeOptions: OptionTable<AuditJudgeOptions, "onPair"> = {
  model: { is: "object", methods: ["generate"], named: ["name"] },
  rubric: { is: "text", default: usualRubric },
  orders: { is: "choice", of: ["both", "random"], default: "both" },
  maxCharacters: { is: "number", min: 100, max: 1_000_000, integer: true, default: 20_000 },
  maxOutputTokens: { is: "number", min: 1, max: 100_000, integer: true, default: 1_000 },
  onPair: { is: "function", expected: "a function of true or false", optional: true },
};

/** Marks from useless to perfect, and the quality of each step. */
const mostMarks = 10;

/**
 * Lets a model give each of two answers to a request marks from 0 to 10, which become qualities in [0, 1]. Names of models
 * are not shown, answers are quoted as data between random marks, and a reply that is not exactly a verdict is none. Equal
 * answers are judged once and have no loss. `errors()` states how much its verdicts depend on the order. It is asked
 * through the hop of the audit: constraints of the request and budgets apply.
 *
 * It sees the pictures of a request if its `capabilities` say that it reads images. To what it does not see (pictures else,
 * files, sound without its words) it has no verdict.
 *
 * Throws `InvalidOptionError`.
 */
export function auditJudge(options: AuditJudgeOptions): AuditScorer {
  const { model, rubric, orders, maxCharacters, maxOutputTokens, onPair } = readOptions(
    "auditJudge",
    auditJudgeOptions,
    options,
  );
  const instructions = [
    "You judge two answers of assistants to the same request, each by itself.",
    `What matters: ${rubric}`,
    `Give each from 0 (useless) to ${mostMarks} (perfect) marks. The order of the answers is chance and means nothing.`,
    'Reply with JSON: {"reason": "at most three sentences", "first": marks, "second": marks}.',
  ].join("\n");
  const errors = createJudgeErrors();

  const ask = async (
    request: ChatRequest,
    first: string,
    second: string,
    hop: ScoringHop,
  ): Promise<readonly [first: number, second: number] | undefined> => {
    const exhibits = [
      { label: "request", text: conversationText(request) },
      { label: "first answer", text: first },
      { label: "second answer", text: second },
    ];
    const pictures = picturesOf(request);
    const asked = judgeRequest({ instructions, exhibits, pictures, schema, maxCharacters, maxOutputTokens });
    const marks = readMarks(await hop.generate(model, asked));
    if (marks === undefined) errors.unreadable();
    return marks;
  };

  const tell = (agreed: boolean): void => {
    try {
      dropPromises(onPair?.(agreed));
    } catch {
      // Its failure does not concern the verdict.
    }
  };

  return {
    name: `auditJudge ${model.name}`.slice(0, 100),
    models: [model],
    accepts: (request) => canBeShown(request, completeFacts(model).capabilities?.images === true),
    async score({ request, answer, reference }: AuditedAnswers, hop): Promise<AuditScore | undefined> {
      const [own, other] = [answerText(answer), answerText(reference)];
      if (own === undefined || other === undefined) return undefined;
      if (own === other) {
        const marks = await ask(request, own, other, hop);
        const quality = marks && (marks[0] + marks[1]) / 2;
        return quality === undefined ? undefined : { quality, referenceQuality: quality };
      }
      if (orders === "random") {
        const isFirst = ((nodeCrypto().randomBytes(1)[0] as number) & 1) === 0;
        const marks = await (isFirst ? ask(request, own, other, hop) : ask(request, other, own, hop));
        if (marks === undefined) return undefined;
        const [first, second] = marks;
        return isFirst ? scoreOf(first, second) : scoreOf(second, first);
      }
      const before = await ask(request, own, other, hop);
      if (before === undefined) return undefined;
      const behind = await ask(request, other, own, hop);
      if (behind === undefined) return undefined;
      const [gapFirst, gapSecond] = [before[0] - before[1], behind[0] - behind[1]];
      errors.pair(gapFirst, gapSecond);
      tell(agrees(gapFirst, gapSecond));
      return scoreOf((before[0] + behind[1]) / 2, (before[1] + behind[0]) / 2);
    },
    errors: errors.read,
  };
}

function scoreOf(quality: number, referenceQuality: number): AuditScore {
  return { quality, referenceQuality };
}

const marksSchema = { type: "number", minimum: 0, maximum: mostMarks };
const schema = {
  type: "object",
  properties: { reason: { type: "string" }, first: marksSchema, second: marksSchema },
  required: ["reason", "first", "second"],
  additionalProperties: false,
};

/** Longest reply that is read, in characters. */
const longestReply = 100_000;

/** Reads exactly the form that was asked for: a judge that says anything else may have been talked into it. */
function readMarks({ choices }: Completion): readonly [number, number] | undefined {
  const content: unknown = choices[0]?.message.content;
  if (typeof content !== "string" || content.length > longestReply) return undefined;
  let reply: unknown;
  try {
    reply = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof reply !== "object" || reply === null || Array.isArray(reply)) return undefined;
  const { reason, first, second, ...rest } = reply as Readonly<Record<string, unknown>>;
  const isWhole = typeof reason === "string" && Object.keys(rest).length === 0;
  return isWhole && isMarks(first) && isMarks(second) ? [first / mostMarks, second / mostMarks] : undefined;
}

function isMarks(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= mostMarks;
}
