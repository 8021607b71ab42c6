import type { ChatMessage, Completion, OutputIssue } from "../../contracts/index.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import type { Execution } from "./context.ts";
import { repairBy } from "./direct-call.ts";
import type { OutputRead } from "./output-reading.ts";

/** The answer that a repair gave, and the record of its call, which is not reported yet. */
export interface Repaired {
  readonly completion: Completion;
  readonly record: AttemptRecord;
}

type Invalid = Extract<OutputRead, { readonly accepted: false }>;

/**
 * Sends an answer that does not validate back to its model, with the issues. Undefined if there is nothing to repair
 * (no text, or one that ended at a limit), or if the call could not be made or failed: the answer then stays as it is.
 */
export async function repairOnce(
  execution: Execution,
  model: string,
  answer: Completion,
  read: Invalid,
  record: AttemptRecord,
): Promise<Repaired | undefined> {
  if (read.text === "" || read.problem === "no-verdict" || read.problem === "too-large") return undefined;
  if (answer.choices[0]?.finish_reason === "length") return undefined;
  const messages: ChatMessage[] = [
    ...execution.chat.messages,
    { role: "assistant", content: read.text },
    { role: "user", content: complaint(read.issues) },
  ];
  try {
    const repaired = await repairBy(execution, model, { messages }, () => record.report("repair"));
    return repaired;
  } catch {
    // Its attempt says what happened. The plan goes on with the answer as it was.
    return undefined;
  }
}

function complaint(issues: readonly OutputIssue[]): string {
  const list = issues.map(({ path, message }) => `- /${path.join("/")}: ${message || "does not fit"}`);
  const problem =
    list.length === 0
      ? "Your answer is not JSON."
      : `Your answer does not fit the JSON schema:\n${list.join("\n")}`;
  return `${problem}\nAnswer again with the whole corrected JSON and nothing else.`;
}
