import {
  isRouterError,
  OutcomeFormatError,
  type RequestFacts,
  type RouteRequest,
} from "../../src/contracts/index.ts";
import { estimateTokens } from "../../src/router/cost/inner.ts";
import { normaliseRequest } from "../../src/router/request/index.ts";
import type { DatasetRecord } from "../data/outcomes/dataset-record.ts";
import { isObject } from "../data/outcomes/is-object.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { parseOutcomeRecord } from "../data/outcomes/parse-outcome-record.ts";
import { readJsonLines } from "../data/outcomes/read-json-lines.ts";
import { requestOfRecord } from "../replay/request-of-record.ts";

/** Line of a dataset. */
export interface DatasetLine extends DatasetRecord {
  /** Outcomes that exist already. They stay, except those of the models that are run. */
  readonly outcomes?: OutcomeRecord["outcomes"] | undefined;
}

/** Request without routing fields, which only the caller sets. */
export type RecordRequest = Exclude<RouteRequest<never>, string>;

/** Record with the request that is sent. */
export interface PreparedRecord {
  readonly record: DatasetLine;
  readonly request: RecordRequest;
  readonly facts: RequestFacts;
}

/**
 * Reads a whole dataset: JSON Lines, decompressed if the name ends in `.gz`. Throws `OutcomeFormatError`
 * (file, line, field; none of the text) at the first line that is not a request, or repeats an `id`.
 */
export async function readDataset(path: string): Promise<PreparedRecord[]> {
  const records: PreparedRecord[] = [];
  const lineOfId = new Map<string, number>();
  for await (const { line, value } of readJsonLines(path)) {
    const refuse = (field: string, problem: string): never => {
      throw new OutcomeFormatError(path, line, field, problem);
    };
    const prepared = prepareRecord(value, refuse);
    const earlier = lineOfId.get(prepared.record.id);
    if (earlier !== undefined) refuse("id", `is the same as in line ${earlier}: give each record its own`);
    lineOfId.set(prepared.record.id, line);
    records.push(prepared);
  }
  if (records.length === 0) throw new OutcomeFormatError(path, 0, "file", "holds no records");
  return records;
}

/** Checks a record. `refuse` is called with the field and the problem. */
export function prepareRecord(
  value: unknown,
  refuse: (field: string, problem: string) => never,
): PreparedRecord {
  const checked = parseOutcomeRecord(isObject(value) ? { outcomes: {}, ...value } : value, refuse);
  const record = value as DatasetLine;
  if (record.prompt?.trim() === "") refuse("prompt", "is empty: give some text");
  const { labels } = value as { readonly labels?: RecordRequest["labels"] };
  const request: RecordRequest = { ...requestOfRecord(checked), ...(labels === undefined ? {} : { labels }) };
  try {
    const facts = normaliseRequest(request, { maxCharacters: Number.MAX_SAFE_INTEGER, estimateTokens });
    return { record, request, facts };
  } catch (error) {
    if (!isRouterError(error, "invalid-request")) throw error;
    return refuse(fieldOf(record, error.field), error.message.replace(`request.${error.field} `, ""));
  }
}

/** Returns the field that the line has: a system prompt and a prompt become messages. */
function fieldOf({ prompt, system }: DatasetLine, field: string): string {
  if (!field.startsWith("messages")) return field;
  if (prompt !== undefined) return "prompt";
  if (!system) return field;
  return field.replace(/^messages\[(\d+)\]/, (_, index) => `messages[${Number(index) - 1}]`);
}
