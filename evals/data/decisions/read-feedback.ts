import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { type JsonLinesSource, readJsonLines } from "../outcomes/read-json-lines.ts";

/** Line of a feedback file: a rating of the answer to a decision. */
export interface Feedback {
  readonly decisionId: string;
  /** Quality in [0, 1]; 1 is a fully good answer. */
  readonly quality: number;
  /** Source of the rating: `user`, `judge` … */
  readonly source?: string | undefined;
  /** Time in ISO 8601. */
  readonly at?: string | undefined;
}

/** Streams a feedback file. Throws `OutcomeFormatError`, which names file, line and field. */
export async function* readFeedback(source: string | JsonLinesSource): AsyncGenerator<Feedback, void, void> {
  const name = typeof source === "string" ? source : source.name;
  for await (const { line, value } of readJsonLines(source)) {
    const refuse = (field: string, problem: string): never => {
      throw new OutcomeFormatError(name, line, field, problem);
    };
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return refuse("line", "must be a JSON object { decisionId, quality }");
    const { decisionId, quality, source: by, at } = value as Readonly<Record<string, unknown>>;
    if (typeof decisionId !== "string" || decisionId === "")
      return refuse("decisionId", "must be a non-empty string");
    if (typeof quality !== "number" || !(quality >= 0 && quality <= 1))
      return refuse(
        "quality",
        `must be a number in [0, 1]${typeof quality === "number" ? `, got ${quality}` : ""}`,
      );
    if (by !== undefined && typeof by !== "string") return refuse("source", "must be a string");
    if (at !== undefined && (typeof at !== "string" || Number.isNaN(Date.parse(at))))
      return refuse("at", "must be a date in ISO 8601");
    yield { decisionId, quality, source: by, at };
  }
}
