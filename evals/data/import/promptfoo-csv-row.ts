import { promptOrMessages } from "../input/json-values.ts";
import type { Fields } from "../outcomes/is-object.ts";
import { fillTemplate } from "./fill-template.ts";
import { type ImportSettings, type Place, refuseAt } from "./import-format.ts";
import {
  isStatus,
  type PromptfooCsvCell,
  promptfooCsvCell,
  promptfooViewerCell,
  scoreOf,
} from "./promptfoo-csv-cell.ts";
import type { PromptfooCsvColumn, PromptfooCsvHeader } from "./promptfoo-csv-columns.ts";
import type { PromptfooResults } from "./promptfoo-results.ts";
import { filled } from "./promptfoo-tests.ts";

export interface PromptfooCsvRowTargets extends Pick<ImportSettings, "prompt" | "leaveOut"> {
  readonly results: PromptfooResults;
}

export interface PromptfooCsvRow {
  readonly place: Place;
  readonly cells: readonly string[];
  readonly header: PromptfooCsvHeader;
}

/** Adds the results of a row, as the JSON output of promptfoo would have them. */
export function addPromptfooCsvRow(
  { place, cells, header }: PromptfooCsvRow,
  { results, prompt: template, leaveOut }: PromptfooCsvRowTargets,
): void {
  const given = header.variables.map(({ at, name }) => [name, cells[at] ?? ""] as const);
  const vars: Fields = Object.fromEntries(given);
  const isDescribed = given[0]?.[0] === "Description" && given.length > 1;
  const asText = textOfVars(isDescribed ? given.slice(1) : given);
  for (const column of header.results) {
    const found = cellOf(column, cells, place);
    if (found === undefined) {
      leaveOut("cells without a result");
      continue;
    }
    const raw =
      template === undefined
        ? (rendered(column.prompt, vars) ?? (asText === "" ? column.prompt : asText))
        : fill(template, vars, (problem) => refuseAt(place, "prompt", problem));
    if (raw === "")
      refuseAt(place, column.field, "has neither variables nor a prompt: give its template with --prompt");
    const latencyMs = Number(cells[column.parts.get("Latency (ms)") ?? -1] || Number.NaN);
    results.add(
      { ...place, path: `${column.field} ` },
      {
        provider: { id: column.provider },
        prompt: { raw, label: column.prompt },
        testCase: { vars },
        success: found.status === "PASS",
        score: found.score,
        failureReason: found.status === "ERROR" ? 2 : 0,
        response: { output: found.answer },
        latencyMs,
      },
    );
  }
}

/** Reads a result; undefined if the test was not run. */
function cellOf(
  { at, field, parts }: PromptfooCsvColumn,
  cells: readonly string[],
  place: Place,
): PromptfooCsvCell | undefined {
  const cell = cells[at] ?? "";
  const part = (of: string): string => (cells[parts.get(of) ?? -1] ?? "").trim();
  if (parts.has("Status")) {
    const status = part("Status");
    if (status === "" && part("Score") === "" && cell === "") return undefined;
    if (!isStatus(status)) return refuseAt(place, `${field} Status`, "must be PASS, FAIL or ERROR");
    const score = scoreOf(part("Score"));
    if (score === null) return refuseAt(place, `${field} Score`, "must be a number");
    return { status, score, answer: cell };
  }
  if (cell.trim() === "") return undefined;
  if (parts.has("Grader Reason"))
    return promptfooViewerCell(cell) ?? refuseAt(place, field, "must begin with [PASS], [FAIL] or [ERROR]");
  return (
    promptfooCsvCell(cell) ??
    refuseAt(place, field, "must begin with [PASS], [FAIL] or [ERROR] and a score, such as [PASS] (1.00)")
  );
}

/** Names of files that promptfoo puts before the text of a prompt. */
const fileName = /^\S{1,300}\.(?:txt|md|j2|jsonl?|ya?ml|csv): /;

/** Returns the prompt if its label is a template that the variables fill; undefined otherwise. */
function rendered(label: string, vars: Fields): string | undefined {
  const template = label.replace(fileName, "");
  if (!template.includes("{{") || template.includes("{%") || template.includes("{#")) return undefined;
  try {
    return fill(template, vars, (problem) => {
      throw new Error(problem);
    });
  } catch {
    return undefined;
  }
}

function fill(template: string, vars: Fields, refuse: (problem: string) => never): string {
  const asked = promptOrMessages(template);
  return "messages" in asked
    ? JSON.stringify(filled(asked.messages, (text) => fillTemplate(text, vars, refuse)))
    : fillTemplate(template, vars, refuse);
}

function textOfVars(given: readonly (readonly [string, string])[]): string {
  const [only] = given;
  return given.length === 1 && only !== undefined
    ? only[1]
    : given.map(([name, value]) => `${name}: ${value}`).join("\n");
}
